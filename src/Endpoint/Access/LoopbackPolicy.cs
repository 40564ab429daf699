using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace FireproofBench.Endpoint.Access;

/// <summary>Every right to callers on this machine, none to others: what holds where no credential is configured.</summary>
/// <remarks>The host that the caller names must be this machine too: else a page could reach it through a name of its own that stands for the loopback address.</remarks>
internal sealed class LoopbackPolicy : IEndpointPolicy
{
    private static readonly SearchValues<char> _address = SearchValues.Create("0123456789.");

    /// <inheritdoc/>
    public ValueTask<AccessDecision> DecideAsync(EndpointCall wanted, CancellationToken cancellation)
    {
        // No address: a connection inside the machine, such as a Unix socket or a test's.
        bool isNear = (wanted.Http.Connection.RemoteIpAddress is not { } address || IPAddress.IsLoopback(address)) && IsThisMachine(wanted.Http.Request.Host);
        return new ValueTask<AccessDecision>(isNear ? AccessDecision.Allowed : AccessDecision.Forbidden);
    }

    private static bool IsThisMachine(HostString host)
    {
        ReadOnlySpan<char> name = host.Value;
        int colon = name.LastIndexOf(':');
        if (colon >= 0 && !name.EndsWith("]"))
            name = name[..colon];

        // Digits and dots alone are an address: no domain ends in a number.
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name is "[::1]"
            || (name.StartsWith("127.") && !name.ContainsAnyExcept(_address));
    }
}
