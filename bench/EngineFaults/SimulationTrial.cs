namespace FireproofBench.EngineFaults;

/// <summary>One build, run as worlds until a claim is violated.</summary>
/// <param name="Id">The fault; <see cref="FaultTrial.Sound"/> for the sources as they are.</param>
/// <param name="Seeds">How many worlds were run, the one with the violation among them.</param>
/// <param name="Minutes">How long that took, without making the plan small.</param>
internal sealed record SimulationTrial(string Id, long Seeds, double Minutes)
{
    /// <summary>The seed of the world that violated a claim; null when none did.</summary>
    public long? Seed { get; init; }

    /// <summary>The claim.</summary>
    public string? Claim { get; init; }

    /// <summary>What was seen in that world.</summary>
    public string? Evidence { get; init; }

    /// <summary>The claim that the shrunk plan violates.</summary>
    public string? ShrunkClaim { get; init; }

    /// <summary>How many steps the shrunk plan has; null when there is none.</summary>
    public int? Steps { get; init; }

    /// <summary>How many devices it has.</summary>
    public int? Devices { get; init; }

    /// <summary>Why there is no result; null when there is one.</summary>
    public string? Trouble { get; init; }

    /// <summary>Whether a claim was violated.</summary>
    public bool IsFound => Seed is not null;
}
