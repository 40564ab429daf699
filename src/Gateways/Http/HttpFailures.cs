using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http;

/// <summary>The one place where outcomes of HTTP become storage failures: statuses, broken connections, names that are not found, and answers that are none.</summary>
internal static class HttpFailures
{
    private static readonly string[] s_requestIdHeaders = ["x-request-id", "x-amz-request-id", "x-correlation-id"];

    /// <summary>What an answer with a status other than the wanted ones means. An absence that is a value is the caller's to see before.</summary>
    /// <param name="call">The call.</param>
    /// <param name="answer">The answer; its body is not looked at.</param>
    /// <param name="time">The clock, for dates in the answer.</param>
    /// <param name="detail">What the provider says beside the status, or what to do; null when there is nothing to add.</param>
    public static StorageException OfAnswer(HttpCall call, HttpResponseMessage answer, TimeProvider time, string? detail = null)
    {
        TimeSpan? wait = RetryAfterOf(answer, time);
        (StorageErrorKind kind, string advice) = Classify(answer, call.Effect, wait);
        string text = $"the server answers {(int)answer.StatusCode}{NameOf(answer.StatusCode)}{RequestIdOf(answer)}; {detail ?? advice}";
        if (wait is { } pause)
            text += string.Create(CultureInfo.InvariantCulture, $" (it asks to wait {pause.TotalSeconds:0.#} s)");
        return new StorageException(kind, call.Operation, call.Key, text) { RetryAfter = wait };
    }

    /// <summary>What an answer means that has a wanted status and is not what such an answer has to be.</summary>
    /// <param name="call">The call.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="kind">What the caller does next.</param>
    /// <param name="reason">What is wrong with it.</param>
    public static StorageException OfContent(HttpCall call, HttpResponseMessage answer, StorageErrorKind kind, string reason) =>
        new(kind, call.Operation, call.Key, $"{reason} (status {(int)answer.StatusCode}{RequestIdOf(answer)})");

    /// <summary>What it means that a body ended before its announced length.</summary>
    /// <param name="call">The call.</param>
    /// <param name="answer">The head of the answer.</param>
    /// <param name="announced">How long it was to be, in bytes.</param>
    public static StorageException OfBody(HttpCall call, HttpResponseMessage answer, long announced) => OfContent(
        call,
        answer,
        call.Effect == HttpEffect.Once ? StorageErrorKind.Ambiguous : StorageErrorKind.Transient,
        $"the answer ended before the {announced} bytes that it announced");

    /// <summary>What it means that no answer came, or only a part of one.</summary>
    /// <param name="call">The call.</param>
    /// <param name="failure">What the runtime threw.</param>
    /// <param name="server">The server as people may see it.</param>
    /// <param name="sentWhole">Whether the server can have had the whole request.</param>
    public static StorageException OfConnection(HttpCall call, Exception failure, string server, bool sentWhole)
    {
        HttpRequestError error = ErrorOf(failure);
        SocketException? socket = Find<SocketException>(failure);
        switch (error)
        {
            case HttpRequestError.NameResolutionError:
                return Make(StorageErrorKind.Transient, $"the name of {server} cannot be resolved; check the address and the network");
            case HttpRequestError.ConnectionError when socket?.SocketErrorCode == SocketError.ConnectionRefused:
                return Make(StorageErrorKind.Transient, $"nobody listens at {server}; check that the server runs, and the address");
            case HttpRequestError.ConnectionError:
                return Make(StorageErrorKind.Transient, $"no connection to {server}{WordOf(socket)}; check the network and the address");
            case HttpRequestError.SecureConnectionError when Find<AuthenticationException>(failure) is { } untrusted:
                return Make(StorageErrorKind.Permanent, $"no secure connection to {server}: {untrusted.Message.TrimEnd('.')}; check its certificate, the machine's trust, and that it speaks TLS");
            case HttpRequestError.SecureConnectionError:
                return Make(StorageErrorKind.Transient, $"{server} broke off while a secure connection was made");
            case HttpRequestError.ConfigurationLimitExceeded:
                return Lost(StorageErrorKind.Permanent, $"the headers that {server} sends are longer than {HttpLimits.HeaderKibibytes} KiB");
            case HttpRequestError.InvalidResponse:
                return Lost(StorageErrorKind.Permanent, $"what {server} answers is no HTTP; check the address");
            default:
                return Lost(StorageErrorKind.Transient, $"the connection to {server} broke before the whole answer was there{WordOf(socket)}");
        }

        StorageException Make(StorageErrorKind kind, string reason) => new(kind, call.Operation, call.Key, reason, failure);

        StorageException Lost(StorageErrorKind kind, string reason) => sentWhole && call.Effect == HttpEffect.Once
            ? Make(StorageErrorKind.Ambiguous, reason + "; the change may have happened")
            : Make(kind, reason);
    }

    /// <summary>What it means that nothing moved for too long.</summary>
    public static StorageException OfSilence(HttpCall call, TimeSpan idle, string server, bool sentWhole)
    {
        string reason = string.Create(CultureInfo.InvariantCulture, $"{server} was silent for {idle.TotalSeconds:0.#} s");
        return sentWhole && call.Effect == HttpEffect.Once
            ? new StorageException(StorageErrorKind.Ambiguous, call.Operation, call.Key, reason + "; the change may have happened")
            : new StorageException(StorageErrorKind.Transient, call.Operation, call.Key, reason);
    }

    /// <summary>A server as people may see it: scheme, host and port, never a user, a path or a query.</summary>
    public static string ServerOf(Uri? address) => address is null ? "the server" : $"{address.Scheme}://{address.Host}:{address.Port}";

    /// <summary>How long the server asks to wait, not negative; null when it does not say, or not in a way that can be read.</summary>
    public static TimeSpan? RetryAfterOf(HttpResponseMessage answer, TimeProvider time)
    {
        RetryConditionHeaderValue? header = answer.Headers.RetryAfter;
        TimeSpan? wait = header?.Delta ?? header?.Date - time.GetUtcNow();
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }

    private static (StorageErrorKind Kind, string Advice) Classify(HttpResponseMessage answer, HttpEffect effect, TimeSpan? wait) => (int)answer.StatusCode switch
    {
        >= 200 and < 300 => (StorageErrorKind.Permanent, "that is no answer to such a call: the address is another service's"),
        >= 300 and < 400 => (StorageErrorKind.Permanent, $"redirects are not followed, since credentials would go with them{LocationOf(answer)}"),
        401 => (StorageErrorKind.NotAuthorized, "credentials are missing, wrong or expired"),
        403 => (StorageErrorKind.NotAuthorized, "these credentials may not do that"),
        407 or 511 => (StorageErrorKind.NotAuthorized, "a proxy on the way wants credentials of its own"),
        404 or 410 => (StorageErrorKind.MissingContainer, "there is nothing at this address"),
        405 or 501 => (StorageErrorKind.Unsupported, "it does not do this here"),
        408 or 425 => (StorageErrorKind.Transient, "try again"),
        409 or 423 => (StorageErrorKind.Conflict, "another change is in the way"),
        412 => (StorageErrorKind.PreconditionFailed, "the condition does not hold"),
        413 => (StorageErrorKind.Unsupported, "the object is larger than it takes"),
        414 => (StorageErrorKind.InvalidName, "the name is longer than it takes"),
        428 => (StorageErrorKind.Unsupported, "it takes no change without a condition"),
        429 => (StorageErrorKind.Throttled, "it wants a slower pace"),
        503 when effect != HttpEffect.Once => (wait is null ? StorageErrorKind.Transient : StorageErrorKind.Throttled, "it is overloaded or being restarted; try again"),
        507 => (StorageErrorKind.NoSpace, "no room is left, or a quota is reached"),
        505 or 506 or 508 or 510 => (StorageErrorKind.Permanent, "it refuses the request for good"),

        // A server error can come after the change as well as before it.
        >= 500 => effect == HttpEffect.Once
            ? (StorageErrorKind.Ambiguous, "the change may have happened")
            : (StorageErrorKind.Transient, "try again"),
        _ => (StorageErrorKind.Permanent, "it refuses the request for good"),
    };

    private static HttpRequestError ErrorOf(Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } request => request.HttpRequestError,
        HttpIOException { HttpRequestError: not HttpRequestError.Unknown } io => io.HttpRequestError,
        { InnerException: { } inner } => ErrorOf(inner),
        _ => HttpRequestError.Unknown,
    };

    private static T? Find<T>(Exception? failure)
        where T : Exception
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is T found)
                return found;
        }

        return null;
    }

    private static string WordOf(SocketException? socket) => socket is null ? "" : $" ({socket.SocketErrorCode})";

    private static string NameOf(HttpStatusCode status) => Enum.IsDefined(status) ? $" {status}" : "";

    private static string RequestIdOf(HttpResponseMessage answer)
    {
        foreach (string name in s_requestIdHeaders)
        {
            if (answer.Headers.TryGetValues(name, out IEnumerable<string>? values) && values.FirstOrDefault() is { Length: > 0 } id)
                return $", request {Visible(id, HttpLimits.RequestIdLength)}";
        }

        return "";
    }

    // The query stays away: it can hold a token.
    private static string LocationOf(HttpResponseMessage answer)
    {
        if (answer.Headers.Location is not { } target)
            return "";
        string text = target.IsAbsoluteUri ? ServerOf(target) + target.AbsolutePath : target.OriginalString.Split('?', '#')[0];
        return $"; it names {Visible(text, HttpLimits.LocationLength)}";
    }

    private static string Visible(string text, int limit) =>
        string.Concat(text.Take(limit).Select(static c => c is > ' ' and < '\x7f' ? c : '\ufffd')) + (text.Length > limit ? "…" : "");
}
