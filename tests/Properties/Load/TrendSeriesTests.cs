using System.Collections.Immutable;
using System.Text;
using FireproofBench.Load.Results;
using FireproofBench.Load.Trends;
using FireproofBench.Scenarios.Loading;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class TrendSeriesTests
{
    private static readonly RunKind s_kind = new("raw-put", "minio", "s3://bucket", "keep-constant 4 30000ms", "{}");

    [Fact]
    public void Runs_are_compared_with_their_own_kind_in_the_order_of_time()
    {
        RunSummary[] runs = [Run(3, 1), Run(1, 1), Run(2, 1) with { Kind = s_kind with { Plan = "keep-constant 8 30000ms" } }];
        ImmutableArray<TrendSeries> all = TrendSeries.Of(runs);
        Assert.Equal([2, 1], all.Select(static series => series.Runs.Length));
        Assert.Equal([1, 3], all[0].Runs.Select(static run => run.Started.Day));
    }

    [Fact]
    public void A_slower_night_and_all_after_it_are_a_worse_level_from_that_night_on()
    {
        TrendSeries series = Assert.Single(TrendSeries.Of(Enumerable.Range(1, 12).Select(static night => Run(night, night < 8 ? 1 : 1.3))));
        Assert.Equal(["p50(put)", "p99(put)", "rate(put)"], series.Changes.Select(static found => found.Metric.Name).Order(StringComparer.Ordinal));
        Assert.All(series.Changes, static found => Assert.Equal((7, true), (found.Change.Run, found.Change.IsWorse)));
        Assert.Equal("p50(put) rose by 30 % with run 8 of 2026-11-08 (0.1.0+abcdefg), from 2 ms to 2.6 ms", TrendText.Of(series, series.Metrics[0], series.Metrics[0].Changes[0]));
    }

    [Fact]
    public void What_became_faster_is_no_fault()
    {
        TrendSeries series = Assert.Single(TrendSeries.Of(Enumerable.Range(1, 12).Select(static night => Run(night, night < 8 ? 1 : 0.7))));
        Assert.NotEmpty(series.Changes);
        Assert.All(series.Changes, static found => Assert.False(found.Change.IsWorse));
        Assert.Contains("No figure became worse", Page(series), StringComparison.Ordinal);
    }

    [Fact]
    public void More_requests_for_the_same_work_are_told()
    {
        TrendSeries series = Assert.Single(TrendSeries.Of(Enumerable.Range(1, 12).Select(static night => Run(night, 1) with { Requests = night < 5 ? 1000 : 1200 })));
        (TrendMetric metric, TrendChange change) = Assert.Single(series.Changes);
        Assert.Equal(("requests for each put", 4, true), (metric.Name, change.Run, change.IsWorse));
    }

    [Fact]
    public void The_page_marks_the_run_and_escapes_what_it_shows()
    {
        TrendSeries series = Assert.Single(TrendSeries.Of(Enumerable.Range(1, 12).Select(static night => Run(night, night < 8 ? 1 : 1.3) with { Kind = s_kind with { Url = "s3://<b>" } })));
        string page = Page(series);
        Assert.Contains("3 figures became worse", page, StringComparison.Ordinal);
        Assert.Contains("s3://&lt;b&gt;", page, StringComparison.Ordinal);
        Assert.Contains("\"marks\":[8]", page, StringComparison.Ordinal);
        Assert.Contains("href=\"./night-8\"", page, StringComparison.Ordinal);
        Assert.Matches("<td class=\"n\">8</td>.*▲ 2.59 ms", page);
    }

    private static string Page(TrendSeries series) => Encoding.UTF8.GetString(TrendPage.Of([series], static run => $"./night-{run.Started.Day}"));

    // A night whose calls take so much longer, with a little noise of its own.
    private static RunSummary Run(int night, double slower)
    {
        double noise = 1 + (0.005 * ((night * 7 % 5) - 2));
        return new RunSummary
        {
            Path = "",
            Kind = s_kind,
            HasArrivals = false,
            Started = new DateTimeOffset(2026, 11, night, 2, 0, 0, TimeSpan.Zero),
            Loaded = TimeSpan.FromSeconds(10),
            Version = "0.1.0+abcdefghijkl",
            Steps = [new StepSummary("put", 1000, 0, 500 / slower / noise, 2 * slower * noise, 8 * slower * noise)],
            Anomalies = 0,
            Requests = 1000,
            Sent = 4_096_000,
            Received = 0,
            IsWell = true,
        };
    }
}
