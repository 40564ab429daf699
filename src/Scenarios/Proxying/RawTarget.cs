using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace FireproofBench.Scenarios.Proxying;

/// <summary>Sends a request on as it came: path and query letter for letter, and under the name by which the caller called. Signatures cover both.</summary>
internal sealed class RawTarget : HttpTransformer
{
    /// <inheritdoc/>
    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = new Uri(
            destinationPrefix + httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        proxyRequest.Headers.Host = httpContext.Request.Host.Value;
    }
}
