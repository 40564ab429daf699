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

    [Fact]
    public void Calls_that_fail_are_a_worse_level_though_the_rest_is_as_fast_as_ever()
    {
        TrendSeries series = Assert.Single(TrendSeries.Of(Enumerable.Range(1, 12).Select(static night => Run(night, 1, failed: night < 8 ? night % 3 : 40))));
        (TrendMetric metric, TrendChange change) = Assert.Single(series.Changes);
        Assert.Equal(("errors(put)", 7, true), (metric.Name, change.Run, change.IsWorse));
        Assert.Equal("errors(put) rose with run 8 of 2026-11-08 (0.1.0+abcdefg), from 0.1 % to 3.85 %", TrendText.Of(series, metric, change));
    }

    [Fact]
    public void What_was_dropped_or_did_not_end_is_lost_with_the_first_step_and_counted_once()
    {
        RunSummary run = Run(1, 1, failed: 5) with { Dropped = 7, Unfinished = 3 };
        RunSummary two = run with { Steps = [run.Steps[0] with { GivenUp = 1 }, run.Steps[0] with { Name = "upload", Failed = 1, GivenUp = 1 }] };
        Assert.Equal(15, run.LostOf(run.Steps[0]));
        Assert.Equal([13L, 1L], two.Steps.Select(two.LostOf));
    }

    [Fact]
    public void A_run_in_which_nothing_succeeded_is_in_the_errors_alone()
    {
        RunSummary dead = Run(2, 1) with { Steps = [new StepSummary("put", 0, 1000, 0, 0, 0)] };
        TrendSeries series = Assert.Single(TrendSeries.Of([Run(1, 1), dead, Run(3, 1)]));
        Assert.Equal([0d, 100d, 0d], series.Metrics.Single(static metric => metric.Name == "errors(put)").Values);
        Assert.All(series.Metrics.Where(static metric => metric.Name != "errors(put)"), static metric => Assert.Null(metric.Values[1]));
    }

    [Fact]
    public void Runs_that_did_not_go_to_their_end_are_no_points() =>
        Assert.Equal(2, Assert.Single(TrendSeries.Of([Run(1, 1), Run(2, 1) with { IsWhole = false }, Run(3, 1)])).Runs.Length);

    [Fact]
    public void What_became_worse_and_was_mended_since_is_told_apart()
    {
        TrendSeries series = Assert.Single(TrendSeries.Of(Enumerable.Range(1, 44).Select(static night => Run(night, night is > 12 and < 33 ? 1.3 : 1))));
        Assert.Equal([(12, true, true), (32, false, false)], series.Metrics[0].Changes.Select(static change => (change.Run, change.IsWorse, change.IsMended)));
        string page = Page(series);
        Assert.Contains("All that became worse is mended", page, StringComparison.Ordinal);
        Assert.Contains("class=\"verdict safe\"", page, StringComparison.Ordinal);
        Assert.Contains("; mended since</li>", page, StringComparison.Ordinal);

        // Half mended is not mended.
        series = Assert.Single(TrendSeries.Of(Enumerable.Range(1, 44).Select(static night => Run(night, night < 13 ? 1 : night < 33 ? 1.6 : 1.3))));
        Assert.Equal([false, false], series.Metrics[0].Changes.Select(static change => change.IsMended));
        Assert.Contains("3 figures became worse", Page(series), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_twenty_histories_of_forty_figures_without_a_change_at_most_two_show_one()
    {
        int alarms = 0;
        for (int seed = 1; seed <= 20; seed++)
            alarms += TrendSeries.Of(Drawn(new Dice(seed, "no change"), kinds: 4, nights: 16, static _ => 1)).Any(static series => series.Changes.Any()) ? 1 : 0;
        Assert.InRange(alarms, 0, 2);
    }

    [Fact]
    public void A_change_that_is_beyond_what_nights_differ_by_is_found_among_forty_figures()
    {
        for (int seed = 1; seed <= 10; seed++)
        {
            ImmutableArray<TrendSeries> all = TrendSeries.Of(Drawn(new Dice(seed, "a change"), kinds: 4, nights: 24, static night => night < 14 ? 1 : 4));
            Assert.All(all, static series => Assert.Contains(series.Metrics[0].Changes, static change => change is { Run: > 38 and < 46, IsWorse: true }));
        }
    }

    [Fact]
    public void A_change_that_shows_in_many_figures_is_found_when_it_has_lasted_three_nights_of_ten()
    {
        for (int seed = 1; seed <= 10; seed++)
        {
            ImmutableArray<TrendSeries> all = TrendSeries.Of(Drawn(new Dice(seed, "a change"), kinds: 4, nights: 10, static night => night < 7 ? 1 : 4));
            Assert.All(all, static series => Assert.Contains(series.Changes, static found => found.Change is { Run: 21, IsWorse: true }));
        }
    }

    [Fact]
    public void Runs_of_one_sitting_stand_for_themselves()
    {
        TrendSeries series = Assert.Single(TrendSeries.Of(Enumerable.Range(1, 12).Select(static run => Run(run, run < 8 ? 1 : 1.3) with { Started = DateTimeOffset.UnixEpoch.AddMinutes(run) })));
        Assert.All(series.Changes, static found => Assert.Equal((7, true), (found.Change.Run, found.Change.IsWorse)));
        Assert.NotEmpty(series.Changes);
    }

    [Fact]
    public void Of_many_runs_the_newest_are_shown_by_their_numbers_among_all()
    {
        TrendSeries series = Assert.Single(TrendSeries.Of(Enumerable.Range(0, TrendSeries.MostRuns + 5).Select(static run => Run(1, 1) with { Started = DateTimeOffset.UnixEpoch.AddSeconds(run) })));
        Assert.Equal((TrendSeries.MostRuns, 5), (series.Runs.Length, series.Older));
        string page = Page(series);
        Assert.Contains("the newest 1,000 of 1,005 runs", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"n\">1005</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_that_differ_in_their_settings_alone_are_told_apart_on_the_page_and_in_the_table()
    {
        int[] sizes = [1024, 65536];
        ImmutableArray<TrendSeries> all = TrendSeries.Of(sizes.SelectMany(static size => Enumerable.Range(1, 12)
            .Select(night => Run(night, size == 1024 || night < 8 ? 1 : 1.3) with { Kind = s_kind with { Settings = $"{{\"size\":{size},\"items\":5}}" } })));
        string page = Encoding.UTF8.GetString(TrendPage.Of(all, static _ => "./night"));
        string table = string.Join('\n', TrendText.Markdown(all));
        foreach (string size in (string[])["1 KiB", "64 KiB"])
        {
            Assert.Contains($"</code>, keep-constant 4 30000ms, size {size}</p>", page, StringComparison.Ordinal);
            Assert.Contains($"| raw-put | minio | keep-constant 4 30000ms, size {size} | 12 | 2026-11-12 | p50(put) |", table, StringComparison.Ordinal);
        }

        // Also in the list of what became worse.
        Assert.Contains("raw-put on minio, keep-constant 4 30000ms, size 64 KiB: p50(put) rose", page, StringComparison.Ordinal);
    }

    // Three runs a night, alike in what the night was like, on stores of so many kinds, ten figures each.
    private static IEnumerable<RunSummary> Drawn(Dice dice, int kinds, int nights, Func<int, double> level)
    {
        for (int kind = 0; kind < kinds; kind++)
        {
            RunKind own = s_kind with { Url = $"s3://bucket-{kind}" };
            for (int night = 0; night < nights; night++)
            {
                double[] moods = [.. Enumerable.Range(0, 9).Select(_ => Noise(0.3))];
                for (int run = 0; run < 3; run++)
                {
                    double[] figures = [.. moods.Select(mood => mood * Noise(0.03) * level(night))];
                    yield return Run(1, 1) with
                    {
                        Kind = own,
                        Started = new DateTimeOffset(2026, 11, 1, 2, run, 0, TimeSpan.Zero).AddDays(night),
                        Steps = [.. Enumerable.Range(0, 3).Select(step => new StepSummary($"step-{step}", 1000, 0, 500 / figures[3 * step], 2 * figures[(3 * step) + 1], 8 * figures[(3 * step) + 2]))],
                    };
                }
            }
        }

        double Noise(double width) => Math.Exp(width * Math.Sqrt(-2 * Math.Log(1 - dice.Fraction())) * Math.Cos(2 * Math.PI * dice.Fraction()));
    }

    private static string Page(TrendSeries series) => Encoding.UTF8.GetString(TrendPage.Of([series], static run => $"./night-{run.Started.Day}"));

    // A night whose calls take so much longer, with a little noise of its own.
    private static RunSummary Run(int night, double slower, long failed = 0)
    {
        double noise = 1 + (0.005 * ((night * 7 % 5) - 2));
        return new RunSummary
        {
            Path = "",
            Kind = s_kind,
            HasArrivals = false,
            Started = new DateTimeOffset(2026, 11, 1, 2, 0, 0, TimeSpan.Zero).AddDays(night - 1),
            Loaded = TimeSpan.FromSeconds(10),
            Version = "0.1.0+abcdefghijkl",
            Steps = [new StepSummary("put", 1000, failed, 500 / slower / noise, 2 * slower * noise, 8 * slower * noise)],
            Anomalies = 0,
            Requests = 1000,
            Sent = 4_096_000,
            Received = 0,
            IsWhole = true,
        };
    }
}
