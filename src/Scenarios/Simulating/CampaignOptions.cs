using FireproofBench.Simulation.Planning;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>Which worlds a campaign runs.</summary>
internal sealed record CampaignOptions
{
    /// <summary>The seeds. A campaign with a time goes on behind the last one.</summary>
    public required SeedRange Seeds { get; init; }

    /// <summary>The address of the remote stores; null for one that each seed draws.</summary>
    public string? Store { get; init; }

    /// <summary>How many devices.</summary>
    public int Devices { get; init; } = 3;

    /// <summary>How many steps each world has.</summary>
    public int Steps { get; init; } = 200;

    /// <summary>How long it goes on; null for the seeds alone.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How many worlds run at once, each on a thread of its own.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Whether each seed is run twice, and the two have to be alike in everything.</summary>
    public bool Twice { get; init; }

    /// <summary>After how many violations it ends.</summary>
    public int MostViolations { get; init; } = 20;

    /// <summary>How long a world may be at one piece of code, in real time, before it is given up: thousands of times what the longest one takes.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The plan of a seed.</summary>
    public Plan PlanOf(long seed) => PlanDrawing.Draw(seed, Store, Devices, Steps);
}
