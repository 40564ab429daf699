using System.Threading.RateLimiting;
using FireproofBench.Endpoint.Requests;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Http.Protocol;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Access;

/// <summary>Lets calls in: who is it, is it too fast, may it. Whoever is not let in has the answer already.</summary>
internal sealed class Gatekeeper : IDisposable
{
    private readonly IEndpointPolicy _policy;
    private readonly TokenVerifier? _verifier;
    private readonly PartitionedRateLimiter<string>? _rates;

    public Gatekeeper(EndpointOptions options, TimeProvider time)
    {
        _verifier = options.Tokens is { } tokens ? new TokenVerifier(tokens, time) : null;
        _policy = options.Policy ?? (options.Tokens is null ? new LoopbackPolicy() : new GrantPolicy());
        if (options.RatePerSecond is { } rate)
            _rates = LimiterOf(rate, options.RateBurst);
    }

    /// <summary>Decides on a call.</summary>
    /// <returns>Who calls; null when the call was refused and answered.</returns>
    public ValueTask<EndpointIdentity?> AdmitAsync(HttpContext http, string database, EndpointRight right)
    {
        if (_verifier is not null || _rates is not null)
            return AdmitSlowlyAsync(http, database, right);
        ValueTask<AccessDecision> decision = _policy.DecideAsync(
            new EndpointCall(http, EndpointIdentity.Anonymous, database, right), http.RequestAborted);
        if (!decision.IsCompletedSuccessfully)
            return ConcludeAsync(http, EndpointIdentity.Anonymous, decision);
        AccessDecision made = decision.Result;
        return made == AccessDecision.Allowed
            ? new ValueTask<EndpointIdentity?>(EndpointIdentity.Anonymous)
            : ConcludeAsync(http, EndpointIdentity.Anonymous, new ValueTask<AccessDecision>(made));
    }

    /// <summary>Decides whether a caller that was let in may do something else too. It is the same request, so it counts once.</summary>
    /// <returns>False when it was refused and answered.</returns>
    public async ValueTask<bool> AllowsAsync(HttpContext http, EndpointIdentity caller, string database, EndpointRight right) =>
        await ConcludeAsync(http, caller, _policy.DecideAsync(new EndpointCall(http, caller, database, right), http.RequestAborted)) is not null;

    /// <summary>Counts a message of somebody who is known by other means than a request.</summary>
    /// <returns>Whether it is one more than the rate allows.</returns>
    public bool IsTooFast(string who)
    {
        using RateLimitLease? lease = _rates?.AttemptAcquire(who);
        return lease is { IsAcquired: false };
    }

    /// <inheritdoc/>
    public void Dispose() => _rates?.Dispose();

    /// <summary>The bucket of one caller: whole tokens, in a period that makes them exactly the rate.</summary>
    internal static TokenBucketRateLimiterOptions BucketOf(double rate, int burst) => new()
    {
        TokenLimit = Math.Max(1, burst),
        TokensPerPeriod = (int)Math.Min(int.MaxValue, Math.Ceiling(rate)),
        ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Min(int.MaxValue, Math.Ceiling(rate)) / rate),
        QueueLimit = 0,
        AutoReplenishment = true,
    };

    private async ValueTask<EndpointIdentity?> AdmitSlowlyAsync(HttpContext http, string database, EndpointRight right)
    {
        EndpointIdentity? caller = await IdentifyAsync(http);
        if (await IsTooFastAsync(http, caller))
            return null;
        if (caller is null)
        {
            await RefuseTokenAsync(http, "the token is not accepted: it is none of this endpoint's, or has ended");
            return null;
        }

        return await ConcludeAsync(http, caller, _policy.DecideAsync(new EndpointCall(http, caller, database, right), http.RequestAborted));
    }

    private static async ValueTask<EndpointIdentity?> ConcludeAsync(HttpContext http, EndpointIdentity caller, ValueTask<AccessDecision> decision)
    {
        switch (await decision)
        {
            case AccessDecision.Allowed:
                return caller;
            case AccessDecision.Unauthenticated:
                await RefuseTokenAsync(http, "a bearer token is needed for this");
                return null;
            default:
                await Refusals.WriteAsync(
                    http, StatusCodes.Status403Forbidden, nameof(StorageErrorKind.NotAuthorized), "this caller may not do this with this database");
                return null;
        }
    }

    // Null for a token that is not accepted.
    private async ValueTask<EndpointIdentity?> IdentifyAsync(HttpContext http)
    {
        if (_verifier is null)
            return EndpointIdentity.Anonymous;
        if (http.Request.Headers.Authorization is [{ } header])
        {
            const string Scheme = "Bearer ";
            return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? await _verifier.VerifyAsync(header.AsSpan(Scheme.Length).Trim(), http.RequestAborted)
                : null;
        }

        foreach (string protocol in http.WebSockets.WebSocketRequestedProtocols)
        {
            if (protocol.StartsWith(EndpointHeaders.SocketToken, StringComparison.Ordinal))
                return await _verifier.VerifyAsync(protocol.AsSpan(EndpointHeaders.SocketToken.Length), http.RequestAborted);
        }

        return EndpointIdentity.Anonymous;
    }

    private async ValueTask<bool> IsTooFastAsync(HttpContext http, EndpointIdentity? caller)
    {
        if (_rates is null)
            return false;
        string who = caller is { IsAuthenticated: true } ? "token " + caller.Name : "address " + http.Connection.RemoteIpAddress;
        using RateLimitLease lease = _rates.AttemptAcquire(who);
        if (lease.IsAcquired)
            return false;
        await Refusals.WriteTooFastAsync(http, lease.TryGetMetadata(MetadataName.RetryAfter, out TimeSpan wait) ? wait : TimeSpan.FromSeconds(1));
        return true;
    }

    private static Task RefuseTokenAsync(HttpContext http, string reason)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer";
        return Refusals.WriteAsync(http, StatusCodes.Status401Unauthorized, nameof(StorageErrorKind.NotAuthorized), reason);
    }

    private static PartitionedRateLimiter<string> LimiterOf(double rate, int burst) => PartitionedRateLimiter.Create<string, string>(
        who => RateLimitPartition.GetTokenBucketLimiter(who, _ => BucketOf(rate, burst)),
        StringComparer.Ordinal);
}
