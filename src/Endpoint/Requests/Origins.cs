using FireproofBench.Gateways.Http.Protocol;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Requests;

/// <summary>Pages of which origins may call (CORS). Whoever sends no origin is no page.</summary>
internal sealed class Origins(EndpointOptions options)
{
    private const string Exposed =
        "ETag, Content-Range, Content-Length, Last-Modified, Retry-After, " + EndpointHeaders.Marker + ", " + EndpointHeaders.Error + ", "
        + EndpointHeaders.WriteId + ", " + EndpointHeaders.RequestId;

    private readonly HashSet<string> _allowed = new(options.AllowedOrigins, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the request may go on; a page that may is told so in the answer.</summary>
    public bool Admits(HttpContext http)
    {
        if (http.Request.Headers.Origin is not [{ } origin])
            return true;
        http.Response.Headers.Vary = "Origin";
        bool listed = _allowed.Contains("*") || _allowed.Contains(origin);
        if (listed)
        {
            http.Response.Headers.AccessControlAllowOrigin = origin;
            http.Response.Headers.AccessControlExposeHeaders = Exposed;
        }

        return listed || IsOwn(http, origin);
    }

    /// <summary>Answers what a browser asks before it sends a request of a page.</summary>
    public Task PreflightAsync(HttpContext http)
    {
        http.Response.Headers[EndpointHeaders.Marker] = EndpointHeaders.Version;
        if (Admits(http) && http.Response.Headers.AccessControlAllowOrigin.Count > 0)
        {
            http.Response.Headers.AccessControlAllowMethods = "GET, HEAD, PUT, POST, DELETE";
            http.Response.Headers.AccessControlAllowHeaders =
                "Authorization, Content-Type, Range, If-Match, If-None-Match, Last-Event-ID, " + EndpointHeaders.WriteId;
            http.Response.Headers.AccessControlMaxAge = "86400";
        }

        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static bool IsOwn(HttpContext http, string origin) =>
        origin.Equals($"{http.Request.Scheme}://{http.Request.Host.Value}", StringComparison.OrdinalIgnoreCase);
}
