using System.Collections.Immutable;

namespace FireproofBench.Load.Recording;

/// <summary>One interval of a run.</summary>
/// <param name="At">When it began, from the start of the measured part; below zero in the warm-up.</param>
/// <param name="Length">How long it was.</param>
/// <param name="Steps">What each step did, in the scenario's order.</param>
/// <param name="Started">Iterations that began.</param>
/// <param name="Dropped">Arrivals for which no worker was free, and no room to wait.</param>
/// <param name="Generator">How late the generator itself was with arrivals.</param>
/// <param name="Start">How late iterations began: the generator's lateness, and the wait for a free worker.</param>
/// <param name="Anomalies">How often each anomaly was seen; none of zero.</param>
/// <param name="Gauges">What the scenario shows of the engine, such as heads and pending bytes.</param>
internal sealed record IntervalRow(
    TimeSpan At,
    TimeSpan Length,
    ImmutableArray<StepRow> Steps,
    long Started,
    long Dropped,
    LatencySummary Generator,
    LatencySummary Start,
    ImmutableSortedDictionary<AnomalyKind, long> Anomalies,
    ImmutableSortedDictionary<string, double> Gauges)
{
    /// <summary>How often each <see cref="EngineEvent"/> came, by its name; none of zero.</summary>
    public ImmutableSortedDictionary<string, long> Events { get; init; } = ImmutableSortedDictionary<string, long>.Empty;
}
