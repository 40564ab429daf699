using System.Collections.Immutable;

namespace FireproofBench.Load.Trends;

/// <summary>Runs of one scenario under one load on one store, oldest first, and how their figures went.</summary>
/// <param name="Runs">The runs.</param>
/// <param name="Metrics">Their figures.</param>
internal sealed record TrendSeries(ImmutableArray<RunSummary> Runs, ImmutableArray<TrendMetric> Metrics)
{
    /// <summary>Of each kind so many runs are looked at, the newest: the time that the search for changes takes grows with the square of the nights.</summary>
    public const int MostRuns = 1000;

    // As compare has them; what is counted does not waver as what is timed.
    private const double Centre = 0.05;
    private const double Tail = 0.15;
    private const double FloorMilliseconds = 0.02;
    private const double FloorPercent = 0.1;

    // So many lost calls of a run may be chance, however few it has in all.
    private const int FewLost = 3;

    // Which part of the changes that are shown may be of chance; where nothing changed at all, how often any is shown. Each night looks at some forty figures.
    private const double Significance = 0.05;

    // What runs within that time of the first of them measured is what one night was like.
    private static readonly TimeSpan s_night = TimeSpan.FromHours(1);

    /// <summary>How many older runs there are that were not looked at.</summary>
    public int Older { get; init; }

    /// <summary>What all runs have in common: a run of each kind is compared with its own kind only.</summary>
    public RunKind Kind => Runs[0].Kind;

    /// <summary>All changes with the figure that changed, by the run from which they hold.</summary>
    public IEnumerable<(TrendMetric Metric, TrendChange Change)> Changes =>
        Metrics.SelectMany(static metric => metric.Changes.Select(change => (metric, change))).OrderBy(static found => found.change.Run);

    /// <summary>The series that runs make, in the order of their scenarios and stores. Runs that did not go to their end under load are left out.</summary>
    public static ImmutableArray<TrendSeries> Of(IEnumerable<RunSummary> runs)
    {
        (ImmutableArray<RunSummary> Runs, int Older, ImmutableArray<TrendFigure> Figures, ImmutableArray<int> Nights)[] all =
        [
            .. runs.Where(static run => run.IsWhole).GroupBy(static run => run.Kind)
                .OrderBy(static group => group.Key.Scenario, StringComparer.Ordinal).ThenBy(static group => group.Key.Url, StringComparer.Ordinal).ThenBy(static group => group.Key.Load, StringComparer.Ordinal)
                .Select(static group => (Newest: group.OrderBy(static run => run.Started).TakeLast(MostRuns).ToImmutableArray(), Count: group.Count()))
                .Select(static one => (one.Newest, one.Count - one.Newest.Length, FiguresOf(one.Newest), NightsOf(one.Newest))),
        ];
        double significance = SignificanceOf([.. all.SelectMany(static series => series.Figures.Where(figure => figure.CanChange(series.Nights)).Select(figure => (figure, series.Nights)))]);
        return [.. all.Select(series => new TrendSeries(series.Runs, [.. series.Figures.Select(figure => TrendMetric.Of(figure, series.Nights, significance))]) { Older = series.Older })];
    }

    // A store or an engine that became slower shows in many figures: the more of them are unlikely together, the less unlikely each has to be (Benjamini and Hochberg 1995, "Controlling the false
    // discovery rate"). So a change is told after fewer nights than if each figure had to be sure of it alone.
    private static double SignificanceOf((TrendFigure Figure, ImmutableArray<int> Nights)[] figures)
    {
        if (figures.Length == 0)
            return Significance;
        double each = Significance / figures.Length;
        double[] chances = [.. figures.Select(one => TrendMetric.ChanceOf(one.Figure, one.Nights, Significance, each)).Order()];
        int unlikely = chances.Length;
        while (unlikely > 1 && chances[unlikely - 1] > each * unlikely)
            unlikely--;
        return each * unlikely;
    }

    // Runs of one sitting have no nights that could differ: there each stands for itself.
    private static ImmutableArray<int> NightsOf(ImmutableArray<RunSummary> runs)
    {
        ImmutableArray<int>.Builder nights = ImmutableArray.CreateBuilder<int>(runs.Length);
        DateTimeOffset first = runs[0].Started;
        foreach (RunSummary run in runs)
        {
            bool isOther = run.Started - first > s_night;
            nights.Add(nights.Count == 0 ? 0 : nights[^1] + (isOther ? 1 : 0));
            first = isOther ? run.Started : first;
        }

        return nights[^1] == 0 ? [.. Enumerable.Range(0, runs.Length)] : nights.ToImmutable();
    }

    private static ImmutableArray<TrendFigure> FiguresOf(ImmutableArray<RunSummary> runs)
    {
        ImmutableArray<TrendFigure>.Builder figures = ImmutableArray.CreateBuilder<TrendFigure>();
        foreach (string step in runs[^1].Steps.Select(static step => step.Name))
        {
            figures.Add(new TrendFigure($"p50({step})", " ms", false, Figures(step, static found => found.P50), Centre, FloorMilliseconds));
            figures.Add(new TrendFigure($"p99({step})", " ms", false, Figures(step, static found => found.P99), Tail, FloorMilliseconds));
            if (!runs[0].HasArrivals)
                figures.Add(new TrendFigure($"rate({step})", "/s", true, Figures(step, static found => found.PerSecond), Centre, 0));

            // Latencies and rates are of calls that succeeded; what did not shows here alone.
            (long Lost, long All)[] calls = [.. runs.Select(run => CallsOf(run, step))];
            figures.Add(new TrendFigure($"errors({step})", " %", false, [.. calls.Select(PercentOf)], Tail, FloorPercent)
            {
                Judged = [.. calls.Select(static one => PercentOf(one) is not { } percent ? (double?)null : one.Lost <= FewLost ? FloorPercent : Math.Max(FloorPercent, percent))],
            });
        }

        string first = runs[^1].Steps[0].Name;
        figures.Add(new TrendFigure($"requests for each {first}", "", false, Shares(static run => run.Requests), Centre, 0));
        figures.Add(new TrendFigure($"bytes sent for each {first}", "", false, Shares(static run => run.Sent), Centre, 0));
        figures.Add(new TrendFigure($"bytes received for each {first}", "", false, Shares(static run => run.Received), Centre, 0));
        return figures.ToImmutable();

        ImmutableArray<double?> Figures(string step, Func<StepSummary, double> figure) =>
            [.. runs.Select(run => run.Steps.FirstOrDefault(found => found.Name == step) is { Succeeded: > 0 } found ? figure(found) : (double?)null)];

        static (long Lost, long All) CallsOf(RunSummary run, string name) =>
            run.Steps.FirstOrDefault(found => found.Name == name) is { } step ? (run.LostOf(step), run.LostOf(step) + step.Succeeded) : default;

        static double? PercentOf((long Lost, long All) calls) => calls.All == 0 ? null : 100.0 * calls.Lost / calls.All;

        ImmutableArray<double?> Shares(Func<RunSummary, long> sum) =>
            [.. runs.Select(run => run.Steps.Max(static step => step.Succeeded) is > 0 and var calls ? (double)sum(run) / calls : (double?)null)];
    }
}
