namespace FireproofBench.Load.Results;

/// <summary>What a run was, beside what it measured.</summary>
internal sealed record LoadManifest
{
    /// <summary>The scenario.</summary>
    public required ScenarioEntry Scenario { get; init; }

    /// <summary>The store's address as people may see it.</summary>
    public required string Url { get; init; }

    /// <summary>What the store says it is, or is recognised as.</summary>
    public required string Provider { get; init; }

    /// <summary>Decides everything left to chance.</summary>
    public required long Seed { get; init; }

    /// <summary>The load.</summary>
    public required LoadPlan Plan { get; init; }

    /// <summary>How many workers there were.</summary>
    public required int Workers { get; init; }

    /// <summary>The numbers of the scenario.</summary>
    public required ScenarioSettings Settings { get; init; }

    /// <summary>Rows of data for the contents; null for none.</summary>
    public FeedSource? Feed { get; init; }

    /// <summary>When the load was to begin; null for as soon as all was prepared.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>The version of the tool.</summary>
    public required string Version { get; init; }
}
