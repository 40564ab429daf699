using System.Globalization;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Requests;

/// <summary>Answers that refuse: the one place where failures become statuses (RFC 9457 bodies).</summary>
internal static class Refusals
{
    /// <summary>The status of a storage failure.</summary>
    public static int StatusOf(StorageErrorKind kind) => kind switch
    {
        StorageErrorKind.InvalidName => StatusCodes.Status400BadRequest,
        StorageErrorKind.Conflict => StatusCodes.Status409Conflict,
        StorageErrorKind.PreconditionFailed => StatusCodes.Status412PreconditionFailed,
        StorageErrorKind.InUse => StatusCodes.Status423Locked,
        StorageErrorKind.Unsupported => StatusCodes.Status501NotImplemented,
        StorageErrorKind.MissingContainer => StatusCodes.Status502BadGateway,
        StorageErrorKind.Throttled or StorageErrorKind.Transient => StatusCodes.Status503ServiceUnavailable,
        StorageErrorKind.Ambiguous => StatusCodes.Status504GatewayTimeout,
        StorageErrorKind.NoSpace => StatusCodes.Status507InsufficientStorage,

        // The endpoint's own credentials are no business of the caller, who can do nothing about them.
        StorageErrorKind.NotAuthorized or StorageErrorKind.Permanent or StorageErrorKind.Corrupt => StatusCodes.Status500InternalServerError,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>What a caller is told of a storage failure: what the caller did wrong as it is. What is wrong here would tell of paths and servers that are the endpoint's own: that goes to the log.</summary>
    public static string ReasonOf(StorageException failure) => failure.Kind switch
    {
        StorageErrorKind.InvalidName or StorageErrorKind.PreconditionFailed or StorageErrorKind.Conflict or StorageErrorKind.Unsupported => failure.Message,
        StorageErrorKind.NoSpace => "no room is left in the endpoint's store",
        StorageErrorKind.MissingContainer => "the endpoint's store is not there",
        StorageErrorKind.Corrupt => "what the endpoint has stored cannot be read",
        StorageErrorKind.Throttled => "the endpoint's store asks for a slower pace",
        StorageErrorKind.Ambiguous => "the endpoint's store did not tell whether the change happened: read back",
        StorageErrorKind.InUse => "the endpoint's store is in use by somebody else",
        StorageErrorKind.Transient => "the endpoint's store does not answer now",
        _ => "the endpoint's store failed",
    };

    /// <summary>Answers a storage failure.</summary>
    public static Task WriteAsync(HttpContext http, StorageException failure)
    {
        StorageErrorKind kind = failure.Kind == StorageErrorKind.NotAuthorized ? StorageErrorKind.Permanent : failure.Kind;
        if (kind is StorageErrorKind.Throttled or StorageErrorKind.Transient)
            http.Response.Headers.RetryAfter = "1";
        return WriteAsync(http, StatusOf(kind), kind.ToString(), ReasonOf(failure));
    }

    /// <summary>Answers a refusal.</summary>
    /// <param name="http">The request. When its answer has begun, the connection is cut instead, so that no part passes for the whole.</param>
    /// <param name="status">The status.</param>
    /// <param name="kind">What the caller does next.</param>
    /// <param name="reason">One sentence.</param>
    public static Task WriteAsync(HttpContext http, int status, string kind, string reason)
    {
        HttpResponse response = http.Response;
        if (response.HasStarted)
        {
            http.Abort();
            return Task.CompletedTask;
        }

        // Headers of an answer that was begun do not belong to this one.
        response.Headers.ETag = default;
        response.Headers.LastModified = default;
        response.Headers.ContentRange = default;
        response.Headers.CacheControl = "no-store";
        response.Headers[EndpointHeaders.Error] = kind;
        response.Headers[EndpointHeaders.RequestId] = http.TraceIdentifier;
        response.StatusCode = status;
        if (HttpMethods.IsHead(http.Request.Method))
            return Task.CompletedTask;
        byte[] body = HeadsJson.Write(json =>
        {
            json.WriteString("type"u8, "about:blank"u8);
            json.WriteString("title"u8, Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status));
            json.WriteNumber("status"u8, status);
            json.WriteString("detail"u8, reason);
            json.WriteString("kind"u8, kind);
            json.WriteString("requestId"u8, http.TraceIdentifier);
        });
        response.ContentType = "application/problem+json";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, http.RequestAborted).AsTask();
    }

    /// <summary>Answers that the caller is too fast.</summary>
    public static Task WriteTooFastAsync(HttpContext http, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return WriteAsync(http, StatusCodes.Status429TooManyRequests, nameof(StorageErrorKind.Throttled), "more requests than this caller may send; wait as told");
    }
}
