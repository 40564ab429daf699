using System.Collections.Immutable;
using FireproofBench.Load.Pacing;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Loading;
using FireproofBench.Scenarios.Reporting;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class CombinedRowsTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Counts_and_lengths_are_added_up_and_the_highest_of_what_is_high_stands()
    {
        IntervalRow one = Row(0, calls: 100, milliseconds: 2);
        IntervalRow other = Row(1, calls: 300, milliseconds: 6) with
        {
            Dropped = 5,
            Anomalies = ImmutableSortedDictionary<AnomalyKind, long>.Empty.Add(AnomalyKind.LostUpdate, 1),
            Gauges = ImmutableSortedDictionary<string, double>.Empty.Add("heads", 9),
        };
        IntervalRow both = Assert.Single(CombinedRows.Of([one, other], 2));
        Assert.Equal((TimeSpan.Zero, 2 * s_second, 5, 400), (both.At, both.Length, both.Dropped, both.Steps[0].Succeeded));
        Assert.Equal((2, 1, 9d), (both.Steps[0].Failed, both.Anomalies[AnomalyKind.LostUpdate], both.Gauges["heads"]));
        Assert.Equal((5d, 6d, 6d), (both.Steps[0].Intended.P50.TotalMilliseconds, both.Steps[0].Intended.P99.TotalMilliseconds, both.Steps[0].Intended.Max.TotalMilliseconds));
    }

    [Fact]
    public void The_last_one_may_be_of_fewer_and_few_stay_as_they_are()
    {
        ImmutableArray<IntervalRow> rows = [.. Enumerable.Range(0, 7).Select(static i => Row(i, 1, 1))];
        Assert.Equal([3, 3, 1], CombinedRows.Of(rows, 3).Select(static row => (int)row.Length.TotalSeconds));
        Assert.Equal(rows, CombinedRows.Of(rows, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_second_without_a_call_and_a_slow_one_show_in_the_curves_of_an_hour(int at)
    {
        ImmutableArray<IntervalRow> rows = [.. Enumerable.Range(0, 3600).Select(i => i == 3 * 500 + at ? Row(i, 0, 0) with { Dropped = 50 } : Row(i, 100, i == 3 * 700 + at ? 900 : 2))];
        LoadManifest manifest = new()
        {
            Scenario = ScenarioBook.Find("raw-put")!,
            Url = "memory:",
            Provider = "memory",
            Seed = 7,
            Plan = new LoadPlan([new Inject(100, TimeSpan.FromHours(1))]),
            Workers = 1,
            Settings = new ScenarioSettings(),
            Version = "1",
        };
        LoadOutcome outcome = new(DateTimeOffset.UnixEpoch, 3600 * s_second, 3600 * s_second, rows, new Recorder(["put"], new LoadClock(TimeProvider.System), 0), 0, null, false);
        Chart[] charts = [.. LoadCharts.Of(manifest, outcome)];
        Chart throughput = charts.First(static chart => chart.Id == LoadCharts.Throughput);
        Assert.Equal(1200, throughput.X.Length);
        Assert.Equal(200d / 3, throughput.Series[0].Values.Min()!.Value, 6);
        Assert.Equal(900, charts.First(static chart => chart.Id == LoadCharts.Latency).Series.First(static series => series.Label == "put max").Values.Max());
        Assert.Equal(50, charts.First(static chart => chart.Id == LoadCharts.Trouble).Series.First(static series => series.Label == "dropped").Values.Max());
    }

    private static IntervalRow Row(int second, long calls, double milliseconds)
    {
        TimeSpan latency = TimeSpan.FromMilliseconds(milliseconds);
        LatencySummary latencies = calls == 0 ? default : new LatencySummary(calls, latency, latency, latency, latency, latency, latency);
        return new IntervalRow(
            second * s_second, s_second, [new StepRow("put", 1, calls, latencies, latencies)], calls, 0, latencies, latencies, ImmutableSortedDictionary<AnomalyKind, long>.Empty, ImmutableSortedDictionary<string, double>.Empty.Add("heads", 1));
    }
}
