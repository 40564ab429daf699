using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>How patiently failures that may pass are met.</summary>
public sealed record RetryOptions
{
    /// <summary>The clock of the pauses.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Spreads the pauses, so that callers that failed together do not come back together.</summary>
    public required IEntropy Entropy { get; init; }

    /// <summary>How often a call is made at the most, the first time included; at least 1.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The longest first pause; each further one may be twice as long. A pause is between half of that and all of it.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest wait that a provider may ask for. When it asks for more the call fails at once, and its failure tells for how long.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The patience of a database whose URL was opened.</summary>
    /// <param name="options">Clock and randomness.</param>
    public static RetryOptions Of(GatewayOptions options) => new() { Time = options.Time, Entropy = options.Entropy };

    /// <summary>Told before each repetition: what failed, which attempt it was (from 1 on), and how long the pause is. Null for nobody.</summary>
    public Action<StorageException, int, TimeSpan>? Repeating { get; init; }
}
