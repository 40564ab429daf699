using System.Collections.Immutable;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.Loading;

/// <summary>The curves of a run.</summary>
internal static class LoadCharts
{
    /// <summary>Calls a second over time.</summary>
    public const string Throughput = "throughput";

    /// <summary>Latencies over time.</summary>
    public const string Latency = "latency";

    /// <summary>Latencies by percentile.</summary>
    public const string Percentiles = "percentiles";

    /// <summary>How many calls took how long.</summary>
    public const string Distribution = "distribution";

    /// <summary>What went wrong over time.</summary>
    public const string Trouble = "trouble";

    // A browser draws so many places without a pause, and no screen shows more.
    private const int MostPlaces = 1200;

    // Bars of a histogram for each factor of ten.
    private const int BarsOfTen = 10;
    private static readonly TimeSpan s_lead = TimeSpan.FromMilliseconds(100);
    private static readonly double[] s_nines = [.. Enumerable.Range(0, 81).Select(static i => Math.Pow(10, i / 16.0))];

    /// <summary>How a gauge's chart is named.</summary>
    public static string GaugeId(int number) => $"gauge-{number}";

    /// <summary>The names of the gauges, in the order of their charts.</summary>
    public static ImmutableArray<string> Gauges(LoadOutcome outcome) => [.. outcome.Rows.SelectMany(static row => row.Gauges.Keys).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>How the chart of an event of the engine is named.</summary>
    public static string EventId(int number) => $"event-{number}";

    /// <summary>The names of the events of the engine, in the order of their charts.</summary>
    public static ImmutableArray<string> Events(LoadOutcome outcome) => [.. outcome.Rows.SelectMany(static row => row.Events.Keys).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>How many intervals each place of the charts over time stands for: more than one in a run of over 20 minutes.</summary>
    public static int IntervalsOfPlace(LoadManifest manifest, LoadOutcome outcome) => (WithoutLead(outcome.Rows, manifest.Plan.WarmUp).Length + MostPlaces - 1) / MostPlaces;

    /// <summary>All charts of a run.</summary>
    public static IEnumerable<Chart> Of(LoadManifest manifest, LoadOutcome outcome)
    {
        ImmutableArray<IntervalRow> rows = CombinedRows.Of(WithoutLead(outcome.Rows, manifest.Plan.WarmUp), IntervalsOfPlace(manifest, outcome));
        ImmutableArray<double> x = [.. rows.Select(static row => row.At.TotalSeconds)];

        // Where not all were kept, marks on the first part alone would tell a wrong story; how many there were in each interval shows all the same.
        ImmutableArray<double> marks = outcome.Recorder.Events is { Length: < Recorder.MaxEvents } events ? [.. events.Select(static happened => happened.At.TotalSeconds)] : [];
        ImmutableArray<string> steps = outcome.Recorder.Steps;
        yield return new Chart(Throughput, "time", " s", "/s", x,
        [
            .. steps.Select((step, i) => new ChartSeries(step, [.. rows.Select(row => (double?)(row.Steps[i].Succeeded / Math.Max(row.Length.TotalSeconds, 1e-9)))])),
        ])
        { Marks = marks };
        yield return new Chart(Latency, "time", " s", " ms", x,
        [
            .. steps.SelectMany((step, i) => new[]
            {
                Latencies($"{step} p50", rows, i, static latencies => latencies.P50) with { Line = ChartLine.Dashed },
                Latencies($"{step} p99", rows, i, static latencies => latencies.P99),
                Latencies($"{step} max", rows, i, static latencies => latencies.Max) with { Line = ChartLine.Dotted },
            }),
        ])
        { IsLogarithmic = true, Marks = marks };
        // Of a thousand calls none tells of one in ten thousand.
        long most = outcome.Recorder.Totals.Max(static totals => totals.Actual.Count);
        double[] nines = [.. s_nines.Where(nine => nine <= Math.Max(most, 10))];
        yield return new Chart(Percentiles, "percentile", "", " ms", [.. nines],
        [
            .. steps.SelectMany((step, i) => Curves(step, i, outcome.Recorder.Totals[i], manifest.Plan.HasArrivals, nines)),
        ])
        { IsPercentile = true, IsLogarithmic = true };
        if (DistributionOf(outcome.Recorder) is { } distribution)
            yield return distribution;
        if (TroubleOf(rows, x) is { Series.Length: > 0 } trouble)
            yield return trouble with { Marks = marks };
        foreach (Chart chart in EventsOf(outcome, rows, x, marks))
            yield return chart;
        ImmutableArray<string> gauges = Gauges(outcome);
        for (int i = 0; i < gauges.Length; i++)
        {
            string gauge = gauges[i];
            yield return new Chart(GaugeId(i), "time", " s", "", x, [new ChartSeries(gauge, [.. rows.Select(row => row.Gauges.TryGetValue(gauge, out double value) ? value : (double?)null)])]) { Marks = marks };
        }
    }

    private static IEnumerable<Chart> EventsOf(LoadOutcome outcome, ImmutableArray<IntervalRow> rows, ImmutableArray<double> x, ImmutableArray<double> marks)
    {
        ImmutableArray<string> names = Events(outcome);
        for (int i = 0; i < names.Length; i++)
        {
            string name = names[i];
            ImmutableArray<double?> counts = [.. rows.Select(row => (double?)row.Events.GetValueOrDefault(name))];
            yield return new Chart(EventId(i), "time", " s", "", x, [new ChartSeries(name, counts) { Line = ChartLine.Bars }]) { Marks = marks };
        }
    }

    private static ChartSeries Latencies(string label, ImmutableArray<IntervalRow> rows, int step, Func<LatencySummary, TimeSpan> figure) =>
        new(label, [.. rows.Select(row => row.Steps[step].Intended is { Count: > 0 } latencies ? figure(latencies).TotalMilliseconds : (double?)null)]) { Colour = step };

    private static IEnumerable<ChartSeries> Curves(string step, int number, StepTotals totals, bool hasArrivals, double[] nines)
    {
        yield return Curve(hasArrivals ? $"{step}, from the intended start" : step, totals.Intended, nines) with { Colour = number };
        if (hasArrivals)
            yield return Curve($"{step}, from the actual start", totals.Actual, nines) with { Colour = number, Line = ChartLine.Dashed };
    }

    private static ChartSeries Curve(string label, Latencies latencies, double[] nines) =>
        new(label, [.. nines.Select(nine => latencies.Count >= nine ? latencies.At(100 - (100 / nine)).TotalMilliseconds : (double?)null)]);

    // Shares, so that steps of different counts can stand in one chart.
    private static Chart? DistributionOf(Recorder recorder)
    {
        SortedDictionary<int, double>[] shares = [.. recorder.Totals.Select(static totals => SharesOf(totals.Intended))];
        if (shares.All(static share => share.Count == 0))
            return null;
        int first = shares.Where(static share => share.Count > 0).Min(static share => share.Keys.First());

        // One more, at which the last bar ends.
        int count = shares.Where(static share => share.Count > 0).Max(static share => share.Keys.Last()) - first + 2;
        return new Chart(Distribution, "latency", " ms", " %", [.. Enumerable.Range(first, count).Select(static bar => Math.Pow(10, bar / (double)BarsOfTen))],
        [
            .. recorder.Steps.Select((step, i) => new ChartSeries(step, [.. Enumerable.Range(first, count).Select(bar => (double?)shares[i].GetValueOrDefault(bar))]) { Line = ChartLine.Bars }),
        ])
        { HasLogarithmicPlaces = true };
    }

    private static SortedDictionary<int, double> SharesOf(Latencies latencies)
    {
        SortedDictionary<int, double> shares = [];
        foreach (HdrHistogram.Iteration.HistogramIterationValue value in latencies.Histogram.RecordedValues())
        {
            int bar = (int)Math.Floor(Math.Log10(Math.Max(value.ValueIteratedTo, 1) / 1e6) * BarsOfTen);
            shares[bar] = shares.GetValueOrDefault(bar) + (100.0 * value.CountAtValueIteratedTo / latencies.Count);
        }

        return shares;
    }

    private static Chart TroubleOf(ImmutableArray<IntervalRow> rows, ImmutableArray<double> x)
    {
        List<ChartSeries> series = [];
        Add("failed", static row => row.Steps.Sum(static step => step.Failed));
        Add("dropped", static row => row.Dropped);
        foreach (AnomalyKind kind in Enum.GetValues<AnomalyKind>())
            Add(LoadJson.Name(kind), row => row.Anomalies.GetValueOrDefault(kind));
        return new Chart(Trouble, "time", " s", "", x, [.. series]);

        void Add(string label, Func<IntervalRow, long> count)
        {
            ImmutableArray<double?> values = [.. rows.Select(row => (double?)count(row))];
            if (values.Any(static value => value > 0))
                series.Add(new ChartSeries(label, values));
        }
    }

    // Before the load begins there is a moment of nothing, which would be a fall to zero in each curve.
    private static ImmutableArray<IntervalRow> WithoutLead(ImmutableArray<IntervalRow> rows, TimeSpan warmUp) =>
        rows is [{ Dropped: 0, Anomalies.IsEmpty: true } first, _, ..] && first.At < -warmUp && (first.Started == 0 || first.Length < s_lead) && first.Steps.All(static step => step.Failed == 0)
            ? rows[1..]
            : rows;
}
