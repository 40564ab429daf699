using System.Collections.Immutable;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Scenarios.Simulating;

/// <summary>What came of a campaign.</summary>
internal sealed record CampaignResult
{
    /// <summary>Which worlds it was to run.</summary>
    public required CampaignOptions Options { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>How many worlds were run.</summary>
    public required long Seeds { get; init; }

    /// <summary>The last seed that was run.</summary>
    public required long LastSeed { get; init; }

    /// <summary>How much time went by in all worlds together.</summary>
    public required TimeSpan VirtualTime { get; init; }

    /// <summary>How many pieces of code ran between two waits.</summary>
    public required long WorldSteps { get; init; }

    /// <summary>How many writes were acknowledged.</summary>
    public required long Acknowledged { get; init; }

    /// <summary>How many readings were compared with the history.</summary>
    public required long Readings { get; init; }

    /// <summary>How many requests went to stores.</summary>
    public required long Requests { get; init; }

    /// <summary>The longest time from the end of the last fault until all were together.</summary>
    public required TimeSpan LongestSettling { get; init; }

    /// <summary>In how many worlds a log named a file in the end that no store has any more, though everything in it can be read elsewhere.</summary>
    public required long Untidy { get; init; }

    /// <summary>32 hexadecimal digits over the digests of all worlds, whatever their order: equal for equal campaigns, on whichever machine.</summary>
    public required string Digest { get; init; }

    /// <summary>How many worlds each profile had, by its name (ordinal).</summary>
    public required ImmutableSortedDictionary<string, long> Profiles { get; init; }

    /// <summary>The runs in which something must not have been, by seed.</summary>
    public required ImmutableArray<WorldResult> Failures { get; init; }

    /// <summary>Seeds whose two runs were not alike.</summary>
    public required ImmutableArray<long> Unlike { get; init; }

    /// <summary>Whether it was interrupted.</summary>
    public bool WasInterrupted { get; init; }

    /// <summary>Whether all went well.</summary>
    public bool IsSound => Failures.IsEmpty && Unlike.IsEmpty;
}
