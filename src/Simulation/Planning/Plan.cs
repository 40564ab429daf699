using System.Collections.Immutable;

namespace FireproofBench.Simulation.Planning;

/// <summary>All that a world needs to know before it begins: the same plan gives the same run.</summary>
internal sealed record Plan
{
    /// <summary>The seed of what the world leaves to chance: delays, losses, the order of steps that are ready at once.</summary>
    public required long Seed { get; init; }

    /// <summary>The address of the remote stores, <c>sim:…</c>, without a seed.</summary>
    public required string Store { get; init; }

    /// <summary>How many devices, 1 to 26.</summary>
    public required int Devices { get; init; }

    /// <summary>What may happen.</summary>
    public required Features Features { get; init; }

    /// <summary>The steps, by time.</summary>
    public required ImmutableArray<Step> Steps { get; init; }

    /// <summary>How often devices look for heads where nobody tells them.</summary>
    public required TimeSpan PollInterval { get; init; }

    /// <summary>The mean of one way over the network.</summary>
    public required TimeSpan Latency { get; init; }

    /// <summary>Whether a feature is on.</summary>
    public bool Has(Features feature) => (Features & feature) == feature;

    /// <summary>Whether files may arrive that are not what their names say.</summary>
    public bool HasDamage => (Features & (Features.DamagedFiles | Features.DamagedCopies)) != Features.None;

    /// <summary>The letter by which people call a device.</summary>
    public static string NameOf(int device) => ((char)('A' + device)).ToString();

    /// <summary>Whether any of its steps is of this kind.</summary>
    public bool Takes(StepKind kind) => Steps.Any(step => step.Kind == kind);
}
