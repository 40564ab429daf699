using System.Collections.Immutable;

namespace FireproofBench.Load.Trends;

/// <summary>Runs of one scenario under one load on one store, oldest first, and how their figures went.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Metrics">Their figures.</param>
internal sealed record TrendSeries(ImmutableArray<RunSummary> Runs, ImmutableArray<TrendMetric> Metrics)
{
    // As compare has them; what is counted does not waver as what is timed.
    private const double Centre = 0.05;
    private const double Tail = 0.15;
    private const double FloorMilliseconds = 0.02;

    /// <summary>What all runs have in common: a run of each kind is compared with its own kind only.</summary>
    public RunKind Kind => Runs[0].Kind;

    /// <summary>All changes with the figure that changed, by the run from which they hold.</summary>
    public IEnumerable<(TrendMetric Metric, TrendChange Change)> Changes =>
        Metrics.SelectMany(static metric => metric.Changes.Select(change => (metric, change))).OrderBy(static found => found.change.Run);

    /// <summary>The series that runs make, in the order of their scenarios and stores.</summary>
    public static ImmutableArray<TrendSeries> Of(IEnumerable<RunSummary> runs) =>
    [
        .. runs.GroupBy(static run => run.Kind)
            .OrderBy(static group => group.Key.Scenario, StringComparer.Ordinal).ThenBy(static group => group.Key.Url, StringComparer.Ordinal).ThenBy(static group => group.Key.Plan, StringComparer.Ordinal)
            .Select(static group => Of([.. group.OrderBy(static run => run.Started)])),
    ];

    private static TrendSeries Of(ImmutableArray<RunSummary> runs)
    {
        ImmutableArray<TrendMetric>.Builder metrics = ImmutableArray.CreateBuilder<TrendMetric>();
        foreach (string step in runs[^1].Steps.Select(static step => step.Name))
        {
            metrics.Add(TrendMetric.Of($"p50({step})", " ms", false, Figures(step, static found => found.P50), Centre, FloorMilliseconds));
            metrics.Add(TrendMetric.Of($"p99({step})", " ms", false, Figures(step, static found => found.P99), Tail, FloorMilliseconds));
            if (!runs[0].HasArrivals)
                metrics.Add(TrendMetric.Of($"rate({step})", "/s", true, Figures(step, static found => found.PerSecond), Centre, 0));
        }

        string first = runs[^1].Steps[0].Name;
        metrics.Add(TrendMetric.Of($"requests for each {first}", "", false, Shares(static run => run.Requests), Centre, 0));
        metrics.Add(TrendMetric.Of($"bytes sent for each {first}", "", false, Shares(static run => run.Sent), Centre, 0));
        metrics.Add(TrendMetric.Of($"bytes received for each {first}", "", false, Shares(static run => run.Received), Centre, 0));
        return new TrendSeries(runs, metrics.ToImmutable());

        ImmutableArray<double?> Figures(string step, Func<StepSummary, double> figure) =>
            [.. runs.Select(run => run.Steps.FirstOrDefault(found => found.Name == step) is { Succeeded: > 0 } found ? figure(found) : (double?)null)];

        ImmutableArray<double?> Shares(Func<RunSummary, long> sum) =>
            [.. runs.Select(run => run.Steps.Max(static step => step.Succeeded) is > 0 and var calls ? (double)sum(run) / calls : (double?)null)];
    }
}
