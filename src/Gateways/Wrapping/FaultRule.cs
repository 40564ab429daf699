using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>One fault of a plan: what goes wrong, on which calls, and how often.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record FaultRule(FaultKind Kind)
{
    /// <summary>The calls that it is for; empty for all that it can be for.</summary>
    public ImmutableArray<GatewayOperation> Operations { get; init; } = [];

    /// <summary>The start of the keys that it is for; empty for all.</summary>
    public string KeyPrefix { get; init; } = "";

    /// <summary>How likely it meets a call that it is for, 0 to 1.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>How many calls that it is for go well first, for each operation on each key.</summary>
    public int Skip { get; init; }

    /// <summary>How many calls it can meet then, for each operation on each key.</summary>
    public int Limit { get; init; } = int.MaxValue;

    /// <summary>How calls fail; only where the kind is a failure.</summary>
    public StorageErrorKind Error { get; init; } = StorageErrorKind.Transient;

    /// <summary>What a failure asks to wait; null for nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The shortest delay; only where the kind is a delay.</summary>
    public TimeSpan ShortestDelay { get; init; }

    /// <summary>The longest delay; only where the kind is a delay.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether the rule is for a call.</summary>
    internal bool IsFor(GatewayOperation operation, string key) =>
        (Operations.IsEmpty || Operations.Contains(operation)) && key.StartsWith(KeyPrefix, StringComparison.Ordinal) && Kind switch
        {
            FaultKind.ShortRead or FaultKind.CorruptRead => operation == GatewayOperation.Get,
            FaultKind.StaleRead => operation is GatewayOperation.Get or GatewayOperation.Head or GatewayOperation.List,
            _ => true,
        };
}
