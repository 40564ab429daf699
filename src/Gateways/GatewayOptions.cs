using System.Net;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Gateways;

/// <summary>What every gateway takes from outside: time, chance, and how much an acknowledgement is worth.</summary>
public sealed record GatewayOptions
{
    /// <summary>The wait of <see cref="LockWait"/> when none is given: 30 seconds.</summary>
    public static readonly TimeSpan DefaultLockWait = TimeSpan.FromSeconds(30);

    /// <summary>The clock: stamps of objects, pauses and deadlines.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The source of randomness: names of temporary files, ids of writes, pauses.</summary>
    public required IEntropy Entropy { get; init; }

    /// <summary>What an acknowledged write on a folder survives.</summary>
    public Durability Durability { get; init; } = Durability.Fsync;

    /// <summary>The bearer token for an HTTP endpoint; null for none.</summary>
    public Secret? Token { get; init; }

    /// <summary>User and password for a WebDAV server; null for none.</summary>
    public NetworkCredential? WebDav { get; init; }

    /// <summary>
    /// Stands between a gateway that speaks HTTP and its connections: it is given the handler that sends, and gives the one to use, which then owns that one. Null for
    /// nothing between. For instruments and for faults; channels of notifications over WebSockets do not go through it.
    /// </summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? Wire { get; init; }

    /// <summary>How long a commit waits for another process before it fails as InUse. Zero asks once and does not wait.</summary>
    public TimeSpan LockWait { get; init; } = DefaultLockWait;
}
