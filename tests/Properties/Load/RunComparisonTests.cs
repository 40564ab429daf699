using System.Collections.Immutable;
using FireproofBench.Load.Comparing;
using FireproofBench.Load.Results;
using Xunit;

namespace FireproofBench.Properties.Load;

/// <summary>Runs are drawn: a machine that is in another mood in each run and each interval, and calls with a long tail.</summary>
public sealed class RunComparisonTests
{
    private const int Runs = 6;
    private const int Intervals = 10;
    private const int Calls = 500;
    private static readonly RunKind s_kind = new("raw-put", "memory", "memory:", "keep-constant 4 10s", "{}") { Workers = 4, Steps = "put" };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_slowdown_of_ten_percent_is_found_in_the_median(long seed)
    {
        ImmutableArray<MetricComparison> metrics = Compare(seed, static latency => latency * 1.10);
        Assert.Equal(ComparisonVerdict.Worse, Of(metrics, "p50(put)").Verdict);
        Assert.InRange(Of(metrics, "p50(put)").Ratio, 1.05, 1.16);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_slowdown_of_the_tail_alone_is_found_there_and_nowhere_else(long seed)
    {
        ImmutableArray<MetricComparison> metrics = Compare(seed, static latency => latency > 0.004 ? latency * 1.5 : latency);
        Assert.Equal(ComparisonVerdict.Worse, Of(metrics, "p99(put)").Verdict);
        Assert.Equal(ComparisonVerdict.Same, Of(metrics, "p50(put)").Verdict);
    }

    [Fact]
    public void Of_twenty_comparisons_of_the_same_with_itself_at_most_one_raises_an_alarm() =>
        Assert.InRange(Enumerable.Range(101, 20).Count(static seed => Compare(seed, static latency => latency).Any(static metric => metric.Verdict == ComparisonVerdict.Worse)), 0, 1);

    [Fact]
    public void What_became_faster_is_better() => Assert.Equal(ComparisonVerdict.Better, Of(Compare(1, static latency => latency * 0.8), "p50(put)").Verdict);

    [Fact]
    public void A_change_below_the_floor_is_none() =>
        Assert.Equal(ComparisonVerdict.Same, Of(Compare(1, static latency => latency * 1.3, new ComparisonOptions { Floor = TimeSpan.FromMilliseconds(5) }), "p50(put)").Verdict);

    [Fact]
    public void A_comparison_of_the_same_runs_gives_the_same_intervals() =>
        Assert.Equal(Compare(5, static latency => latency * 1.1), Compare(5, static latency => latency * 1.1));

    [Fact]
    public void The_rate_of_a_closed_model_counts_and_that_of_an_open_one_is_what_was_asked_for()
    {
        Assert.Contains(Compare(1, static latency => latency), static metric => metric.Metric == "rate(put)");
        ImmutableArray<MeasuredRun> open = [.. Draw(1, 0, static latency => latency).Select(static run => run with { HasArrivals = true })];
        Assert.DoesNotContain(RunComparison.Of(open, open, new ComparisonOptions()), static metric => metric.Metric == "rate(put)");
    }

    [Fact]
    public void Runs_of_different_loads_are_not_compared()
    {
        ImmutableArray<MeasuredRun> runs = Draw(1, 0, static latency => latency);
        Assert.Contains("only runs of one scenario", Assert.Throws<InvalidDataException>(() => RunComparison.Of(runs, [runs[0] with { Kind = s_kind with { Plan = "keep-constant 2 1s" } }], new ComparisonOptions())).Message, StringComparison.Ordinal);
        Assert.Contains("no successful call", Assert.Throws<InvalidDataException>(
            () => RunComparison.Of([runs[0] with { Steps = [new MeasuredStep("put", [])] }], runs, new ComparisonOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_that_differ_in_anything_but_the_store_are_refused_with_what_it_is()
    {
        ImmutableArray<MeasuredRun> runs = Draw(1, 0, static latency => latency);
        (RunKind Kind, string Reason)[] all =
        [
            (s_kind with { Scenario = "raw-get" }, "scenario (raw-get and raw-put)"),
            (s_kind with { Workers = 8 }, "workers (8 and 4)"),
            (s_kind with { Arrivals = "poisson" }, "arrivals (poisson and constant)"),
            (s_kind with { WarmUp = TimeSpan.FromSeconds(2) }, "warm-up (2 s and 0 s)"),
            (s_kind with { Settings = "{\"size\":1}" }, "settings ({\"size\":1} and {})"),
            (s_kind with { Steps = "put, get" }, "steps (put, get and put)"),
        ];
        foreach ((RunKind kind, string reason) in all)
            Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => RunComparison.Of(runs, [runs[0] with { Kind = kind }], new ComparisonOptions())).Message, StringComparison.Ordinal);
        Assert.NotEmpty(RunComparison.Of(runs, [runs[0] with { Kind = s_kind with { Url = "s3://b", Provider = "minio" } }], new ComparisonOptions()));
    }

    [Fact]
    public void Steps_are_compared_by_their_names_in_whatever_order_they_are()
    {
        ImmutableArray<MeasuredRun> puts = Draw(1, 0, static latency => latency);
        ImmutableArray<MeasuredRun> gets = Draw(2, 0, static latency => latency / 10);
        ImmutableArray<MeasuredRun> runs = [.. puts.Zip(gets, static (put, get) => put with { Steps = [put.Steps[0], get.Steps[0] with { Name = "get" }] })];
        ImmutableArray<MetricComparison> metrics = RunComparison.Of(runs, [.. runs.Select(static run => run with { Steps = [run.Steps[1], run.Steps[0]] })], new ComparisonOptions());
        Assert.All(metrics.Where(static metric => !metric.IsShare), static metric => Assert.Equal(1, metric.Ratio, 6));
        Assert.Contains("'run-0' has no step 'get'", Assert.Throws<InvalidDataException>(() => RunComparison.Of(runs, puts, new ComparisonOptions())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_that_fail_are_worse_however_fast_the_others_are()
    {
        ImmutableArray<MetricComparison> metrics = RunComparison.Of(Losing(0, 0, 0), Losing(250, 240, 260), new ComparisonOptions());
        MetricComparison errors = Of(metrics, "errors(put)");
        Assert.Equal((ComparisonVerdict.Worse, 0d), (errors.Verdict, errors.Before));
        Assert.Equal(750.0 / 15_750, errors.After, 9);
        Assert.Equal(ComparisonVerdict.Same, Of(metrics, "p50(put)").Verdict);
        Assert.Equal(ComparisonVerdict.Better, Of(RunComparison.Of(Losing(250, 240, 260), Losing(0, 0, 0), new ComparisonOptions()), "errors(put)").Verdict);
    }

    [Fact]
    public void One_run_of_several_that_lost_all_is_worse() =>
        Assert.Equal(ComparisonVerdict.Worse, Of(RunComparison.Of(Losing(0, 0, 0, 0, 0, 0), Losing(0, 5000, 0), new ComparisonOptions()), "errors(put)").Verdict);

    [Theory]
    [InlineData(1, 1_000_000, "Same")]
    [InlineData(900, 1_000_000, "Same")]
    [InlineData(2000, 1_000_000, "Worse")]
    [InlineData(3, 100, "Unclear")]
    public void A_failure_in_a_million_and_a_few_of_few_calls_are_no_alarm(long lost, long succeeded, string expected)
    {
        MeasuredRun good = Draw(1, 0, static latency => latency)[0] with { Steps = [new MeasuredStep("put", [new MeasuredInterval(TimeSpan.FromSeconds(1), [(1_000_000, succeeded)])])] };
        MeasuredRun bad = good with { Steps = [good.Steps[0] with { Lost = lost }] };
        Assert.Equal(expected, Of(RunComparison.Of([good, good, good], [bad, bad, bad], new ComparisonOptions()), "errors(put)").Verdict.ToString());
    }

    [Fact]
    public void A_store_that_now_and_then_has_a_bad_run_is_not_worse_than_itself()
    {
        int alarms = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            Dice dice = new(seed, "bad runs");
            ImmutableArray<MetricComparison> metrics = RunComparison.Of(Losing(Drawn(12)), Losing(Drawn(12)), new ComparisonOptions { Seed = seed });
            alarms += Of(metrics, "errors(put)").Verdict == ComparisonVerdict.Worse ? 1 : 0;

            long[] Drawn(int runs) => [.. Enumerable.Range(0, runs).Select(_ => dice.OneIn(3) ? 200L + dice.Below(100) : dice.Below(10))];
        }

        Assert.InRange(alarms, 0, 4);
    }

    [Fact]
    public void A_step_that_nothing_came_of_any_more_is_worse_and_one_that_the_base_never_came_to_is_left_out()
    {
        ImmutableArray<MeasuredRun> runs = [.. Draw(1, 0, static latency => latency).Select(static run => run with { Steps = [.. run.Steps, new MeasuredStep("compact", [])] })];
        ImmutableArray<MeasuredRun> dead = [.. runs.Select(static run => run with { Steps = [new MeasuredStep("put", []), run.Steps[0] with { Name = "compact" }] })];
        MetricComparison put = Assert.Single(RunComparison.Of(runs, dead, new ComparisonOptions()));
        Assert.Equal(("rate(put)", ComparisonVerdict.Worse, 0d), (put.Metric, put.Verdict, put.Ratio));
    }

    [Fact]
    public void Of_a_few_calls_that_did_not_come_again_nothing_is_said()
    {
        ImmutableArray<MeasuredRun> few = [Draw(1, 0, static latency => latency)[0] with { Steps = [new MeasuredStep("put", [new MeasuredInterval(TimeSpan.FromSeconds(1), [(1_000_000, 3)])])] }];
        Assert.Equal(ComparisonVerdict.Unclear, Assert.Single(RunComparison.Of(few, [few[0] with { Steps = [new MeasuredStep("put", [])] }], new ComparisonOptions())).Verdict);
    }

    [Fact]
    public void A_stall_lowers_the_rate_though_no_call_ended_in_it()
    {
        ImmutableArray<MeasuredRun> runs = Draw(1, 0, static latency => latency);
        ImmutableArray<MeasuredRun> stalled =
            [.. Draw(1, 1, static latency => latency).Select(static run => run with { Steps = [run.Steps[0] with { Intervals = Stalled(run.Steps[0].Intervals) }] })];
        MetricComparison rate = Of(RunComparison.Of(runs, stalled, new ComparisonOptions()), "rate(put)");
        Assert.Equal(ComparisonVerdict.Worse, rate.Verdict);
        Assert.InRange(rate.Ratio, 0.69, 0.71);

        // Three of ten seconds are not in the file.
        static ImmutableArray<MeasuredInterval> Stalled(ImmutableArray<MeasuredInterval> all) => IntervalGaps.Fill(
            all.Index().Where(static one => one.Index is < 4 or > 6).Select(static one => (TimeSpan.FromSeconds(one.Index), one.Item)), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(all.Length));
    }

    [Fact]
    public void What_ends_after_the_load_counts_in_the_percentiles_and_in_no_rate()
    {
        ImmutableArray<MeasuredRun> runs = Draw(1, 0, static latency => latency);
        ImmutableArray<MeasuredRun> late =
            [.. runs.Select(static run => run with { Steps = [run.Steps[0] with { Intervals = [.. run.Steps[0].Intervals, new MeasuredInterval(TimeSpan.FromSeconds(60), [(1_000_000_000, 1000)]) { HasLoad = false }] }] })];
        ImmutableArray<MetricComparison> metrics = RunComparison.Of(runs, late, new ComparisonOptions());
        Assert.Equal(1, Of(metrics, "rate(put)").Ratio, 6);
        Assert.Equal(ComparisonVerdict.Worse, Of(metrics, "p90(put)").Verdict);
    }

    // Runs of 5,000 calls that succeed, all alike, and so many that do not.
    private static ImmutableArray<MeasuredRun> Losing(params long[] lost) =>
        [.. lost.Select(static (count, run) => new MeasuredRun($"run-{run}", s_kind, false, [new MeasuredStep("put", [new MeasuredInterval(TimeSpan.FromSeconds(10), [(1_000_000, 5000)])]) { Lost = count }]))];

    private static MetricComparison Of(ImmutableArray<MetricComparison> metrics, string name) => Assert.Single(metrics, metric => metric.Metric == name);

    private static ImmutableArray<MetricComparison> Compare(long seed, Func<double, double> change, ComparisonOptions? options = null) =>
        RunComparison.Of(Draw(seed, 0, static latency => latency), Draw(seed, 1, change), (options ?? new ComparisonOptions()) with { Resamples = 500, Seed = seed });

    private static ImmutableArray<MeasuredRun> Draw(long seed, int side, Func<double, double> change) =>
        [.. Enumerable.Range(0, Runs).Select(run => new MeasuredRun($"run-{run}", s_kind, false, [new MeasuredStep("put", DrawIntervals(new Dice(seed, $"{side} {run}"), change))]))];

    private static ImmutableArray<MeasuredInterval> DrawIntervals(Dice dice, Func<double, double> change)
    {
        double mood = 1 + (0.03 * (dice.Fraction() - 0.5));
        return [.. Enumerable.Range(0, Intervals).Select(_ => DrawInterval(dice, mood * (1 + (0.06 * (dice.Fraction() - 0.5))), change))];
    }

    // Log-normal around one millisecond, and one call of fifty five times as long.
    private static MeasuredInterval DrawInterval(Dice dice, double mood, Func<double, double> change) => new(
        TimeSpan.FromSeconds(1),
        [
            .. Enumerable.Range(0, Calls).Select(_ =>
                {
                    double normal = Math.Sqrt(-2 * Math.Log(1 - dice.Fraction())) * Math.Cos(2 * Math.PI * dice.Fraction());
                    double latency = 0.001 * Math.Exp(0.3 * normal) * (dice.OneIn(50) ? 5 : 1) * mood;
                    return (long)(change(latency) * 1e9) / 1000 * 1000;
                })
                .GroupBy(static nanoseconds => nanoseconds).OrderBy(static group => group.Key).Select(static group => (group.Key, (long)group.Count())),
        ]);
}
