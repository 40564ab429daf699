using System.Net.Http.Headers;

namespace FireproofBench.Gateways.Http;

/// <summary>What a transport takes from outside.</summary>
internal sealed record HttpTransportOptions
{
    /// <summary>The clock: deadlines, and the dates that servers name.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Sent with every request; null for none. It appears in no message.</summary>
    public AuthenticationHeaderValue? Authorization { get; init; }

    /// <summary>How long to wait for a connection. Kept by the runtime's own clock.</summary>
    public TimeSpan ConnectPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long nothing may move: from the last byte sent to the first of the answer, and between two pieces of a body.</summary>
    public TimeSpan IdlePatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Stands between the client and its connections; null for nothing.</summary>
    public Func<HttpMessageHandler, HttpMessageHandler>? Wire { get; init; }

    /// <summary>Connections to the server at the same time.</summary>
    public int Connections { get; init; } = 64;
}
