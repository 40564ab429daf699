namespace FireproofBench.Load.Scenarios;

/// <summary>A scenario that can be run.</summary>
/// <param name="Name">What the user types.</param>
/// <param name="Question">What it answers.</param>
/// <param name="NeedsDatabases">Whether it needs heads beside objects.</param>
/// <param name="Create">Makes it.</param>
internal sealed record ScenarioEntry(string Name, string Question, bool NeedsDatabases, Func<LoadTarget, ScenarioSettings, ILoadScenario> Create)
{
    /// <summary>Its numbers where the user gives none.</summary>
    public ScenarioSettings Defaults { get; init; } = new();

    /// <summary>What it takes from the rows that a user gives.</summary>
    public FeedUse Feed { get; init; }

    /// <summary>Whether it reads back a part of what was written, as many as <see cref="ScenarioSettings.ReadBack"/> says.</summary>
    public bool ReadsBackPart { get; init; }

    /// <summary>Fewest workers with which it says anything.</summary>
    public int LeastWorkers { get; init; } = 1;
}
