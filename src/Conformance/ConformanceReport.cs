using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance;

/// <summary>Everything that a run found.</summary>
internal sealed record ConformanceReport
{
    /// <summary>What was run.</summary>
    public required ConformanceRequest Request { get; init; }

    /// <summary>The store's address, without credentials.</summary>
    public required string Url { get; init; }

    /// <summary>What the store says that it can do.</summary>
    public required DataTraits Traits { get; init; }

    /// <summary>One result a clause, in the order of the book.</summary>
    public required ImmutableArray<ClauseResult> Results { get; init; }

    /// <summary>What it comes to.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Oddities that break nothing.</summary>
    public required IReadOnlyList<Quirk> Quirks { get; init; }

    /// <summary>Limits found, by name.</summary>
    public required IReadOnlyDictionary<string, long> Limits { get; init; }

    /// <summary>How soon the store is said to show what it acknowledged: by the user, or else by its gateway.</summary>
    public required DeclaredVisibility Declared { get; init; }

    /// <summary>How soon it was seen to; empty when no clause measured it.</summary>
    public ImmutableArray<VisibilitySeries> Visibility { get; init; } = [];

    /// <summary>What the clients of the checks did, where it was recorded.</summary>
    public History History { get; init; } = new([]);

    /// <summary>Keys that could not be removed, or were kept on purpose.</summary>
    public required ImmutableArray<string> Leftovers { get; init; }

    /// <summary>How many requests were made.</summary>
    public required RequestCounts Requests { get; init; }

    /// <summary>Measured at the start, with a few calls in flight.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took, clean-up included.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Whether an endpoint of the cloud protocol was judged: then there are no objects to list, no traits of a store, and no visibility.</summary>
    public bool IsOfCloud => Request.Profile == ConnectorProfile.Cloud;

    /// <summary>The longest time that anything acknowledged was not seen; null when it was not measured.</summary>
    public TimeSpan? Staleness => Visibility.Length == 0 ? null : Visibility.Max(static s => s.Max);

    /// <summary>The user stopped it.</summary>
    public bool Interrupted { get; init; }

    /// <summary>Why the store could no longer be reached in the middle of the run; null when it could.</summary>
    public string? Lost { get; init; }
}
