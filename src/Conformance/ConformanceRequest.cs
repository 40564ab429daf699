using System.Collections.Immutable;

namespace FireproofBench.Conformance;

/// <summary>What to run.</summary>
internal sealed record ConformanceRequest
{
    /// <summary>The clauses, in the order of the book.</summary>
    public required ImmutableArray<Clause> Clauses { get; init; }

    /// <summary>Which connectors were asked for.</summary>
    public ConnectorProfile Profile { get; init; } = ConnectorProfile.All;

    /// <summary>How much may be asked of the store.</summary>
    public Budget Budget { get; init; } = Budget.Standard;

    /// <summary>How the heads are to be kept.</summary>
    public HeadsLayout Heads { get; init; } = HeadsLayout.Multi;

    /// <summary>How soon the store is said to show what it acknowledged; null for what its gateway says.</summary>
    public DeclaredVisibility? Declared { get; init; }

    /// <summary>Decides everything that is left to chance.</summary>
    public required long Seed { get; init; }

    /// <summary>Leave the objects of the run in the store.</summary>
    public bool Keep { get; init; }
}
