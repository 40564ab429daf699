namespace FireproofBench.Conformance;

/// <summary>One requirement on a store, declared as data: what it says, why, and how it is checked.</summary>
internal sealed record Clause
{
    /// <summary>Group and number, such as <c>OBJ-01</c>. Never reused for another requirement.</summary>
    public required string Id { get; init; }

    /// <summary>How much it weighs.</summary>
    public required ClauseLevel Level { get; init; }

    /// <summary>One sentence that a store keeps or breaks.</summary>
    public required string Requirement { get; init; }

    /// <summary>Why a Fireproof database needs it.</summary>
    public required string Why { get; init; }

    /// <summary>How it is checked here.</summary>
    public required string How { get; init; }

    /// <summary>What to do about a store that fails it.</summary>
    public required string WhenItFails { get; init; }

    /// <summary>Where the clause comes from: other suites that check it, or a real defect that it would have caught. Empty when it was reasoned here.</summary>
    public string Source { get; init; } = "";

    /// <summary>Traits without which there is nothing to check.</summary>
    public StoreNeeds Needs { get; init; }

    /// <summary>Which connector it judges.</summary>
    public ConnectorProfile Connector { get; init; } = ConnectorProfile.Data;

    /// <summary>When the clause runs within the run.</summary>
    public ClauseSlot Slot { get; init; } = ClauseSlot.Shared;

    /// <summary>Checks it on a store. Returns what was seen; throws <see cref="ClauseViolation"/> as soon as the store broke it.</summary>
    public Func<ClauseContext, Task<Finding>> Check { get; init; } = Finding.AlwaysUnsupported("only endpoints of the cloud protocol are asked for this");

    /// <summary>The same on an endpoint of the cloud protocol; null for what is asked of stores.</summary>
    public Func<CloudContext, Task<Finding>>? CloudCheck { get; init; }

    /// <summary>The letters before the dash.</summary>
    public string Group => Id[..Id.IndexOf('-', StringComparison.Ordinal)];
}
