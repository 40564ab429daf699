using FireproofBench.Endpoint.Objects;
using FireproofBench.Engine.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FireproofBench.Endpoint.Requests;

/// <summary>JSON in and out.</summary>
internal static class JsonBody
{
    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestRefusedException">It is too long, breaks off, or says that it is something else.</exception>
    public static async ValueTask<byte[]> ReadAsync(HttpContext http, int limit)
    {
        // Not even a page that sends forms gets this far without asking first (CORS).
        if (http.Request.ContentType is not { } type || !type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase))
            throw Refused(StatusCodes.Status415UnsupportedMediaType, "the body is application/json");
        if (http.Request.ContentLength is not { } length)
            throw Refused(StatusCodes.Status411LengthRequired, "send the length of the body (Content-Length)");
        if (length > limit)
            throw Refused(StatusCodes.Status413PayloadTooLarge, $"{length} bytes; at most {limit} are taken here");
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } most)
            most.MaxRequestBodySize = length;
        return await RequestBody.ReadAsync(http, (int)length);
    }

    /// <summary>Sends a body that nobody may keep.</summary>
    public static Task WriteAsync(HttpContext http, ReadOnlyMemory<byte> body, string contentType = "application/json")
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentType = contentType;
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    private static RequestRefusedException Refused(int status, string reason) => new(status, nameof(StorageErrorKind.Permanent), reason);
}
