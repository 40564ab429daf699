using System.Collections.Immutable;
using FireproofBench.Load.Comparing;
using Xunit;

namespace FireproofBench.Properties.Load;

/// <summary>Runs are drawn: latencies around two milliseconds, some of them with four more, and now and then a moment in which the machine did something else.</summary>
public sealed class SlowShareTests
{
    private const int Runs = 6;
    private const int Intervals = 4;
    private const int Calls = 200;
    private const double Thin = 0.02;

    /// <summary>Critical values of the table of Mann and Whitney (1947), and of three against three, where even no pair the wrong way round comes once in twenty.</summary>
    [Theory]
    [InlineData(3, 3, -1)]
    [InlineData(3, 4, 0)]
    [InlineData(4, 4, 1)]
    [InlineData(5, 5, 3)]
    [InlineData(6, 6, 6)]
    [InlineData(3, 20, 9)]
    public void So_many_pairs_may_be_the_wrong_way_round(int before, int after, int pairs)
    {
        Assert.Equal(pairs, SlowShare.Critical(before, after));
        Assert.Equal(pairs, SlowShare.Critical(after, before));
    }

    [Fact]
    public void With_many_runs_the_normal_distribution_says_nearly_the_same() => Assert.InRange(SlowShare.Critical(51, 51) - SlowShare.Critical(50, 50), 40, 60);

    [Fact]
    public void A_thin_tail_is_found_where_each_run_of_both_sides_has_a_stall()
    {
        int found = 0;
        for (int seed = 1; seed <= 20; seed++)
            found += Compare(Draw(seed, "base", 0), Draw(seed, "new", Thin)).Verdict == ComparisonVerdict.Worse ? 1 : 0;
        Assert.InRange(found, 19, 20);
    }

    [Fact]
    public void What_lost_its_tail_is_better() => Assert.Equal(ComparisonVerdict.Better, Compare(Draw(1, "base", Thin), Draw(1, "new", 0)).Verdict);

    [Fact]
    public void Of_forty_comparisons_of_the_same_with_itself_at_most_one_raises_an_alarm()
    {
        int alarms = 0;
        for (int seed = 1; seed <= 40; seed++)
            alarms += Compare(Draw(seed, "base", 0, seed % 2), Draw(seed, "new", 0, seed % 3)).Verdict is ComparisonVerdict.Worse or ComparisonVerdict.Better ? 1 : 0;
        Assert.InRange(alarms, 0, 1);
    }

    [Fact]
    public void A_change_of_all_by_less_than_the_floor_is_none()
    {
        ImmutableArray<MeasuredStep> young = [.. Draw(1, "base", 0).Select(static run => run with
        {
            Intervals = [.. run.Intervals.Select(static interval => interval with { Counts = [.. interval.Counts.Select(static count => (count.Nanoseconds + 15_000, count.Count))] })],
        })];
        Assert.Equal(ComparisonVerdict.Same, Compare(Draw(1, "base", 0), young).Verdict);
    }

    [Fact]
    public void Of_few_runs_or_few_calls_nothing_is_said()
    {
        ImmutableArray<MeasuredStep> runs = Draw(1, "base", 0);
        Assert.Null(SlowShare.Compare(runs[..3], runs[3..], "slow(put)", new ComparisonOptions()));
        ImmutableArray<MeasuredStep> few = [.. runs.Select(static run => run with { Intervals = [run.Intervals[0] with { Counts = run.Intervals[0].Counts[..20] }] })];
        Assert.Null(SlowShare.Compare(few, runs, "slow(put)", new ComparisonOptions()));
    }

    private static MetricComparison Compare(ImmutableArray<MeasuredStep> before, ImmutableArray<MeasuredStep> after) => SlowShare.Compare(before, after, "slow(put)", new ComparisonOptions())!;

    // In a spoiled run each interval has many slow calls, in the others one of them a stall.
    private static ImmutableArray<MeasuredStep> Draw(int seed, string side, double tail, int spoiled = 0)
    {
        Dice dice = new(seed, side);
        return [.. Enumerable.Range(0, Runs).Select(run => new MeasuredStep("put", [.. Enumerable.Range(0, Intervals).Select(interval => DrawInterval(run < spoiled ? 20 : interval == run % Intervals ? 15 : 0))]))];

        MeasuredInterval DrawInterval(int stalled)
        {
            var counts = new SortedDictionary<long, long>();
            for (int call = 0; call < Calls; call++)
            {
                double normal = Math.Sqrt(-2 * Math.Log(1 - dice.Fraction())) * Math.Cos(2 * Math.PI * dice.Fraction());
                double latency = (2e6 * Math.Exp(0.3 * normal)) + (dice.Fraction() < tail ? 4e6 : 0) + (call < stalled ? 5e6 * call : 0);
                counts[(long)latency] = counts.GetValueOrDefault((long)latency) + 1;
            }

            return new MeasuredInterval(TimeSpan.FromSeconds(1), [.. counts.Select(static pair => (pair.Key, pair.Value))]);
        }
    }
}
