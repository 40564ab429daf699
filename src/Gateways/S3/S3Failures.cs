using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.S3;

/// <summary>Says of every failure of an S3 store what the caller does next. The only place that knows the codes of the protocol.</summary>
internal static class S3Failures
{
    /// <summary>Where an answer holds the target of a redirect that is not followed.</summary>
    internal const string LocationKept = "x-fireproofbench-location";

    private const string WrongRegion = "the bucket is in another region, or the store signs for another one; name it with region=";

    /// <summary>Whether the failure says "there is no such object", and nothing else: an outage or a missing bucket never does.</summary>
    public static bool IsAbsence(Exception failure) => failure is AmazonServiceException { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchKey" };

    /// <summary>Whether the failure is the bare status 404, as a head gives it: it may be the object that is not there, or the bucket, or another server.</summary>
    public static bool IsBareNotFound(Exception failure) => failure is AmazonServiceException { StatusCode: HttpStatusCode.NotFound };

    /// <summary>Whether the failure of a head has a reason that only an answer with a body tells.</summary>
    public static bool HidesReason(Exception failure) => failure is AmazonServiceException { StatusCode: >= HttpStatusCode.Ambiguous and < HttpStatusCode.InternalServerError };

    /// <summary>Whether the range lies behind the object's end.</summary>
    public static bool IsBeyondEnd(Exception failure) => failure is AmazonServiceException { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable };

    /// <summary>Whether a condition did not hold. A store also says so when the object that it names is gone.</summary>
    public static bool IsPrecondition(Exception failure) => failure is AmazonServiceException
    {
        StatusCode: HttpStatusCode.PreconditionFailed,
    } or AmazonServiceException { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchKey" };

    /// <summary>Whether the store refused the kind of request, and so did nothing.</summary>
    public static bool IsRefusal(Exception failure) => failure is AmazonServiceException
    {
        StatusCode: HttpStatusCode.NotImplemented or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed,
    };

    /// <summary>Whether the request may have been carried out all the same: the answer was lost, is no answer, or tells of a failure in the middle.</summary>
    public static bool IsUnsettled(Exception failure) => failure switch
    {
        StorageException known => known.Kind == StorageErrorKind.Transient,
        AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented } service => KindOf(service) == StorageErrorKind.Transient,
        AmazonServiceException { StatusCode: >= HttpStatusCode.Ambiguous } => false,
        AmazonServiceException { StatusCode: >= HttpStatusCode.OK } => true,
        AmazonUnmarshallingException => true,
        OperationCanceledException => true,
        _ => Find<AuthenticationException>(failure) is null && !WasNeverSent(failure) && IsOfConnection(failure),
    };

    /// <summary>Whether the store asks for a slower pace with an error of its own side. Some have carried out the request by then.</summary>
    public static bool IsServersRefusal(Exception failure) =>
        failure is AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError } service && KindOf(service) == StorageErrorKind.Throttled;

    /// <summary>Turns a failure into the port's.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="place">The bucket, and the clock for dates in answers.</param>
    /// <param name="operation">The call of the port.</param>
    /// <param name="key">The key of the port; empty when the call has none.</param>
    public static StorageException ToStorage(Exception failure, S3Place place, string operation, string key)
    {
        string shown = ObjectKey.Printable(key);
        if (failure is StorageException known)
            return known;
        if (failure is AmazonServiceException { StatusCode: not 0 } service && failure is not AmazonUnmarshallingException)
        {
            StorageErrorKind kind = KindOf(service);
            return new StorageException(kind, operation, shown, $"{AdviceOf(service, place)} ({DetailsOf(service)})", failure)
            {
                RetryAfter = kind is StorageErrorKind.Throttled or StorageErrorKind.Transient ? RetryAfterOf(service, place.Time) : null,
            };
        }

        (StorageErrorKind other, string reason) = Classify(failure, place);
        return new StorageException(other, operation, shown, reason, failure);
    }

    /// <summary>The answer is none that an S3 store gives.</summary>
    public static StorageException NoAnswer(S3Place place, string operation, string key, string what) => new(
        StorageErrorKind.Permanent, operation, ObjectKey.Printable(key), $"{place.Endpoint} answers, but not as an S3 store ({what}); correct the endpoint");

    /// <summary>Fewer or more bytes came than were announced.</summary>
    public static StorageException WrongLength(string operation, string key, long announced, string got) => new(
        StorageErrorKind.Transient, operation, ObjectKey.Printable(key), $"the answer broke off: {announced} bytes were announced and {got} came; read again");

    private static StorageErrorKind KindOf(AmazonServiceException failure) => failure.ErrorCode switch
    {
        "NoSuchBucket" => StorageErrorKind.MissingContainer,
        "PreconditionFailed" => StorageErrorKind.PreconditionFailed,
        "ConditionalRequestConflict" or "OperationAborted" => StorageErrorKind.Conflict,
        "SlowDown" or "SlowDownRead" or "SlowDownWrite" or "Throttling" or "ThrottlingException" or "TooManyRequests" or "RequestLimitExceeded" => StorageErrorKind.Throttled,
        "KeyTooLongError" => StorageErrorKind.InvalidName,
        "EntityTooLarge" or "NotImplemented" or "MethodNotAllowed" => StorageErrorKind.Unsupported,
        "QuotaExceeded" or "InsufficientCapacity" or "XMinioStorageFull" or "XMinioAdminBucketQuotaExceeded" => StorageErrorKind.NoSpace,
        "BadDigest" or "XAmzContentSHA256Mismatch" or "IncompleteBody" or "RequestTimeout" or "NoSuchUpload" => StorageErrorKind.Transient,
        "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IllegalLocationConstraintException" => StorageErrorKind.Permanent,
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "AuthorizationHeaderMissing" => StorageErrorKind.NotAuthorized,
        _ => KindOfStatus(failure),
    };

    private static StorageErrorKind KindOfStatus(AmazonServiceException failure) => (int)failure.StatusCode switch
    {
        401 or 403 => StorageErrorKind.NotAuthorized,
        408 => StorageErrorKind.Transient,
        409 => StorageErrorKind.Conflict,
        412 => StorageErrorKind.PreconditionFailed,
        429 => StorageErrorKind.Throttled,
        501 or 405 => StorageErrorKind.Unsupported,
        503 when HeaderOf(failure, "Retry-After") is not null => StorageErrorKind.Throttled,
        507 => StorageErrorKind.NoSpace,

        // Below 300: an acknowledgement with an error inside, as some calls give it when they fail late.
        >= 500 or < 300 => StorageErrorKind.Transient,
        _ => StorageErrorKind.Permanent,
    };

    private static string AdviceOf(AmazonServiceException failure, S3Place place) => failure.ErrorCode switch
    {
        "NoSuchBucket" => $"the bucket '{place.Bucket}' is not there; create it (create=true does), or correct its name",
        "InvalidAccessKeyId" => "the store does not know the access key; give another one",
        "SignatureDoesNotMatch" => "the signature does not fit: the secret key is wrong, or something on the way changes requests",
        "RequestTimeTooSkewed" => "this machine's clock and the store's differ by too much; set the clock",
        "ExpiredToken" or "TokenRefreshRequired" => "the credentials have expired; get new ones",
        "AuthorizationHeaderMalformed" or "PermanentRedirect" or "IllegalLocationConstraintException" => WrongRegion,
        "XAmzContentSHA256Mismatch" or "BadDigest" or "IncompleteBody" => "the bytes were damaged on their way to the store, which took none of them; repeat",
        "KeyTooLongError" => "the store takes no key of this length",
        _ => (int)failure.StatusCode switch
        {
            >= 300 and < 400 => $"the endpoint {place.Endpoint} redirects{TargetOf(failure)}; name the store itself",
            401 or 403 => "the store does not allow it; check credentials and policy",
            404 => $"{place.Endpoint} answers that there is nothing, but not as an S3 store does; correct the endpoint",
            409 => "another change of the same thing is under way; read again, then retry",
            412 => "the condition does not hold",
            429 or 503 => "the store asks for a slower pace, or is not ready",
            501 or 405 => "the store has no such function",
            507 => "no room is left",
            >= 500 or < 300 => "the store failed",
            _ => "the store refused",
        },
    };

    private static string DetailsOf(AmazonServiceException failure)
    {
        string code = failure.ErrorCode is { Length: > 0 } given && !given.Equals(failure.StatusCode.ToString(), StringComparison.Ordinal) ? $" {ObjectKey.Printable(given)}" : "";
        string request = failure.RequestId is { Length: > 0 } id ? $", request {ObjectKey.Printable(id)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"status {(int)failure.StatusCode}{code}{request}");
    }

    // Only host and port: the rest of an address can carry a signature.
    private static string TargetOf(AmazonServiceException failure) =>
        (HeaderOf(failure, "Location") ?? HeaderOf(failure, LocationKept)) is { } location && Uri.TryCreate(location, UriKind.Absolute, out Uri? target) && target is { Scheme: "http" or "https" } ? $" to {target.Scheme}://{target.Authority}" : "";

    private static TimeSpan? RetryAfterOf(AmazonServiceException failure, TimeProvider time)
    {
        if (HeaderOf(failure, "Retry-After") is not { } text)
            return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
            return TimeSpan.FromSeconds(seconds);
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date))
            return null;
        TimeSpan wait = date - time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private static string? HeaderOf(AmazonServiceException failure, string name) =>
        failure.InnerException is HttpErrorResponseException { Response: { } response } && response.IsHeaderPresent(name) ? response.GetHeaderValue(name) : null;

    private static (StorageErrorKind Kind, string Reason) Classify(Exception failure, S3Place place)
    {
        if (failure is AmazonUnmarshallingException)
            return (StorageErrorKind.Permanent, $"{place.Endpoint} answers, but not as an S3 store (no XML of the protocol); correct the endpoint");
        if (failure is AmazonClientException && failure.Message.Contains("hash", StringComparison.OrdinalIgnoreCase))
            return (StorageErrorKind.Corrupt, "the bytes that came do not have the MD5 that the store tells; read again, or take another copy");
        if (Find<AuthenticationException>(failure) is not null)
            return (StorageErrorKind.Permanent, $"no trusted TLS connection to {place.Endpoint}; check its certificate, or whether it speaks TLS at all");
        if (Find<SocketException>(failure) is { } socket)
        {
            return socket.SocketErrorCode switch
            {
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => (StorageErrorKind.Transient, $"the name of {place.Endpoint} cannot be resolved; check the endpoint and the network"),
                SocketError.ConnectionRefused => (StorageErrorKind.Transient, $"nothing listens at {place.Endpoint}; start the store, or correct the endpoint"),
                _ => (StorageErrorKind.Transient, $"the connection to {place.Endpoint} failed ({socket.SocketErrorCode}); repeat"),
            };
        }

        if (failure is OperationCanceledException or TimeoutException)
            return (StorageErrorKind.Transient, $"{place.Endpoint} gave no answer in time; repeat");
        if (IsOfConnection(failure))
            return (StorageErrorKind.Transient, $"the connection to {place.Endpoint} broke off; repeat");
        return failure is AmazonClientException && failure is not AmazonServiceException
            ? (StorageErrorKind.NotAuthorized, "no credentials or region could be found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile")
            : (StorageErrorKind.Permanent, $"an unexpected {failure.GetType().Name} from the client");
    }

    private static bool IsOfConnection(Exception failure) => Find<IOException>(failure) is not null || Find<HttpRequestException>(failure) is not null || Find<SocketException>(failure) is not null;

    private static bool WasNeverSent(Exception failure) => Find<HttpRequestException>(failure) is
    {
        HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
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
}
