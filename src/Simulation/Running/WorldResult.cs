using System.Collections.Immutable;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Simulation.Running;

/// <summary>What came of a world.</summary>
internal sealed record WorldResult
{
    /// <summary>The plan.</summary>
    public required Plan Plan { get; init; }

    /// <summary>What must not be, in the order in which it was seen; none when all went well.</summary>
    public required ImmutableArray<Violation> Violations { get; init; }

    /// <summary>32 hexadecimal digits over all that happened: equal for equal runs.</summary>
    public required string Digest { get; init; }

    /// <summary>How much time went by in the world.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>How many pieces of code ran between two waits.</summary>
    public required long WorldSteps { get; init; }

    /// <summary>The writes that were acknowledged.</summary>
    public required IReadOnlyList<Acknowledgement> Acknowledged { get; init; }

    /// <summary>How many readings were compared with the history.</summary>
    public required int Readings { get; init; }

    /// <summary>How many requests went to remote stores.</summary>
    public required long Requests { get; init; }

    /// <summary>How long it took from the end of the last fault until all were together.</summary>
    public required TimeSpan Settled { get; init; }

    /// <summary>Whether in the end a log named a file that no store has any more, though everything that was in it can be read elsewhere.</summary>
    public bool IsUntidy { get; init; }

    /// <summary>Whether it was given up, because a piece of code in it does not end.</summary>
    public bool IsEndless { get; init; }

    /// <summary>The history, as far as the first device knows it; null when it cannot be read.</summary>
    public EventGraph? History { get; init; }

    /// <summary>What happened, when it was kept.</summary>
    public IReadOnlyList<TraceEntry> Trace { get; init; } = [];

    /// <summary>What is known of a world in which a piece of code does not end.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="steps">How many pieces of code had run before.</param>
    /// <param name="watched">For how long nothing came of that one, in real time.</param>
    public static WorldResult Endless(Plan plan, long steps, TimeSpan watched) => new()
    {
        Plan = plan,
        Violations = [new Violation(Claim.Liveness, TimeSpan.Zero, WorldRun.EndlessEvidence(steps, watched))],
        Digest = "",
        Elapsed = TimeSpan.Zero,
        WorldSteps = steps,
        Acknowledged = [],
        Readings = 0,
        Requests = 0,
        Settled = TimeSpan.Zero,
        IsEndless = true,
    };

    /// <summary>Whether all went well.</summary>
    public bool IsSound => Violations.IsEmpty;
}
