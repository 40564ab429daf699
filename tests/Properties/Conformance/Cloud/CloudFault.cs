using System.Text.Json.Nodes;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>What an endpoint of the cloud protocol does wrong, put between a sound one and its clients.</summary>
/// <param name="name">What it does, in a few words.</param>
/// <param name="killer">The clause that is to find it.</param>
internal sealed class CloudFault(string name, string killer)
{
    /// <summary>What it does.</summary>
    public string Name => name;

    /// <summary>The clause that is to find it.</summary>
    public string Killer => killer;

    /// <summary>A part of the evidence, by which it is known that it was found and nothing else.</summary>
    public required string Evidence { get; init; }

    /// <summary>What the endpoint gets in place of a message of a client; null for nothing.</summary>
    public Func<JsonObject, CloudProxySession, JsonObject?> Ask { get; init; } = static (message, _) => message;

    /// <summary>What the client gets in place of a message of the endpoint.</summary>
    public Func<JsonObject, CloudProxySession, IEnumerable<JsonObject>> Tell { get; init; } = static (message, _) => [message];

    /// <summary>How long a message of the endpoint waits.</summary>
    public Func<JsonObject, TimeSpan> Pause { get; init; } = static _ => TimeSpan.Zero;

    /// <summary>The answer for a file in place of the endpoint's, which is asked by the last argument.</summary>
    public Func<HttpMethod, Uri, byte[], Func<Task<CloudProxyAnswer>>, Task<CloudProxyAnswer>> File { get; init; } = static (_, _, _, pass) => pass();

    /// <summary>Whether text frames are passed over.</summary>
    public bool DropsText { get; init; }

    /// <summary>After how long without a message a socket is ended; null for never.</summary>
    public TimeSpan? EndsIdle { get; init; }

    /// <summary>Called when the endpoint is restarted, in place of it; null when it is not.</summary>
    public Action? Restarted { get; init; }
}
