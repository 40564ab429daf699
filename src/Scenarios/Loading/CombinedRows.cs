using System.Collections.Immutable;
using FireproofBench.Load.Recording;

namespace FireproofBench.Scenarios.Loading;

/// <summary>Intervals of a long run, several as one, so that a chart has no more places than a screen shows and leaves out nothing.</summary>
internal static class CombinedRows
{
    /// <summary>The intervals, so many as one: counts and lengths are added up; of the higher percentiles, the longest latency and what the engine showed the highest stands; means and medians are weighed by their calls.</summary>
    /// <param name="rows">The intervals.</param>
    /// <param name="every">How many make one, at least 1; the last one may be of fewer.</param>
    public static ImmutableArray<IntervalRow> Of(ImmutableArray<IntervalRow> rows, int every) => every <= 1 ? rows : [.. rows.Chunk(every).Select(Combine)];

    private static IntervalRow Combine(IntervalRow[] rows) => new(
        rows[0].At,
        Sum(rows.Select(static row => row.Length)),
        [.. rows[0].Steps.Select((_, step) => Combine([.. rows.Select(row => row.Steps[step])]))],
        rows.Sum(static row => row.Started),
        rows.Sum(static row => row.Dropped),
        Combine([.. rows.Select(static row => row.Generator)]),
        Combine([.. rows.Select(static row => row.Start)]),
        Combine(rows.SelectMany(static row => row.Anomalies), static counts => counts.Sum()),
        Combine(rows.SelectMany(static row => row.Gauges), static values => values.Max()))
    { Events = Combine(rows.SelectMany(static row => row.Events), static counts => counts.Sum()) };

    private static StepRow Combine(StepRow[] steps) => new(
        steps[0].Step,
        steps.Sum(static step => step.Failed),
        steps.Sum(static step => step.Bytes),
        Combine([.. steps.Select(static step => step.Intended)]),
        Combine([.. steps.Select(static step => step.Actual)]));

    private static LatencySummary Combine(LatencySummary[] all)
    {
        long count = all.Sum(static one => one.Count);
        return count == 0 ? default : new LatencySummary(
            count, Weighed(static one => one.Mean), Weighed(static one => one.P50), Highest(static one => one.P90), Highest(static one => one.P99), Highest(static one => one.P999), Highest(static one => one.Max));

        TimeSpan Weighed(Func<LatencySummary, TimeSpan> figure) => TimeSpan.FromTicks((long)all.Sum(one => (double)figure(one).Ticks * one.Count / count));

        TimeSpan Highest(Func<LatencySummary, TimeSpan> figure) => all.Max(figure);
    }

    private static ImmutableSortedDictionary<TName, TValue> Combine<TName, TValue>(IEnumerable<KeyValuePair<TName, TValue>> all, Func<IEnumerable<TValue>, TValue> one)
        where TName : notnull =>
        all.GroupBy(static pair => pair.Key).ToImmutableSortedDictionary(static group => group.Key, group => one(group.Select(static pair => pair.Value)));

    private static TimeSpan Sum(IEnumerable<TimeSpan> lengths) => lengths.Aggregate(TimeSpan.Zero, static (sum, length) => sum + length);
}
