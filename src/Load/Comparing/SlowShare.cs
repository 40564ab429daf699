using System.Collections.Immutable;

namespace FireproofBench.Load.Comparing;

/// <summary>
/// The share of slow calls in each of several runs, ready to be compared with others: a change that is thin and spread over all of a run, and that a percentile of all runs together does not show where the machine
/// was busy for a moment in one of them.
/// </summary>
/// <remarks>
/// The sides are compared by ranks: the interval of the difference is that of Hodges and Lehmann (1963), which excludes zero where the rank-sum test of Wilcoxon, and of Mann and Whitney (1947), rejects that there
/// is none. One run that was spoiled as a whole moves a rank, and no mean.
/// </remarks>
internal static class SlowShare
{
    // What is slow is what was so for one call in fifty of a usual run, of either side: nobody knows which one is slower.
    private const double SlowPercentile = 98;

    private const double TailPercentile = 99;

    // Of a difference in one direction where there is none: of the 36 pairs of six runs against six so many as six may be the wrong way round, as many as one run of the base that was spoiled as a whole makes.
    private const double Chance = 0.035;
    private const double NormalQuantile = 1.812;

    // From here on the normal distribution says the same.
    private const int MostExact = 2500;
    private const int MostPairs = 1_000_000;

    // The intervals of a run that have the most slow calls are left out, one in so many: a stall of the machine fills one of them.
    private const int OneIn = 4;

    /// <summary>Compares both sides.</summary>
    /// <param name="before">The step in the runs of the base.</param>
    /// <param name="after">The step in the others.</param>
    /// <param name="metric">What the comparison is called.</param>
    /// <param name="options">What is taken for noise.</param>
    /// <returns>Null where there are too few runs, or too few calls, to say anything.</returns>
    public static MetricComparison? Compare(IReadOnlyList<MeasuredStep> before, IReadOnlyList<MeasuredStep> after, string metric, ComparisonOptions options)
    {
        if ((long)before.Count * after.Count > MostPairs)
            return null;
        int beyond = Critical(before.Count, after.Count);
        if (beyond < 0 || before.Concat(after).Any(static run => run.Succeeded * (1 - (SlowPercentile / 100)) < 1))
            return null;
        double slow = Median(before.Concat(after).Select(static run => At(run.Intervals, SlowPercentile)));
        (double Share, double Tail)[] old = [.. before.Select(run => Of(run, slow))];
        (double Share, double Tail)[] young = [.. after.Select(run => Of(run, slow))];
        double[] differences = [.. young.SelectMany(one => old.Select(other => one.Share - other.Share)).Order()];
        double low = differences[beyond];
        double high = differences[^(beyond + 1)];
        double was = Median(old.Select(static run => run.Share));
        double isNow = Median(young.Select(static run => run.Share));
        double difference = isNow - was;
        ComparisonVerdict verdict = Math.Abs(difference) <= options.SlowFloor || IsSameTail(old, young, options) ? ComparisonVerdict.Same
            : difference > 0 ? (low > 0 ? ComparisonVerdict.Worse : ComparisonVerdict.Unclear)
            : high < 0 ? ComparisonVerdict.Better : ComparisonVerdict.Unclear;
        return new MetricComparison(metric, was, isNow, low, high, options.SlowFloor, verdict) { IsShare = true };
    }

    /// <summary>The largest statistic of Mann and Whitney, pairs that are the wrong way round, that comes by chance at most 3.5 times in a hundred where both sides are alike; -1 where even none comes more often.</summary>
    /// <param name="before">Runs of the base.</param>
    /// <param name="after">Runs of the other side.</param>
    public static int Critical(int before, int after)
    {
        int most = before * after;
        if (most > MostExact)
            return (int)((most / 2.0) - (NormalQuantile * Math.Sqrt(most * (before + after + 1) / 12.0))) - 1;

        // How many of the orders of both sides' runs have a statistic: one of the other side's runs more comes after any number of the base's.
        double[][] orders = [.. Enumerable.Range(0, before + 1).Select(_ => new double[most + 1])];
        foreach (double[] alone in orders)
            alone[0] = 1;
        for (int j = 1; j <= after; j++)
        {
            for (int i = 1; i <= before; i++)
            {
                for (int statistic = most; statistic >= 0; statistic--)
                    orders[i][statistic] = orders[i - 1][statistic] + (statistic >= i ? orders[i][statistic - i] : 0);
            }
        }

        double all = orders[before].Sum();
        double sum = 0;
        int critical = -1;
        while (critical < most && (sum += orders[before][critical + 1]) <= Chance * all)
            critical++;
        return critical;
    }

    // A whole distribution that moved by next to nothing has other shares beyond any limit.
    private static bool IsSameTail((double Share, double Tail)[] old, (double Share, double Tail)[] young, ComparisonOptions options)
    {
        double was = Median(old.Select(static run => run.Tail));
        double isNow = Median(young.Select(static run => run.Tail));
        return was <= 0 || Math.Abs((isNow / was) - 1) <= options.TailTolerance || Math.Abs(isNow - was) <= options.Floor.TotalNanoseconds;
    }

    private static (double Share, double Tail) Of(MeasuredStep run, double slow)
    {
        MeasuredInterval[] filled = [.. run.Intervals.Where(static interval => !interval.Counts.IsEmpty).OrderBy(interval => ShareBeyond(interval, slow))];
        ImmutableArray<MeasuredInterval> kept = [.. filled[..^(filled.Length / OneIn)]];
        return (kept.Average(interval => ShareBeyond(interval, slow)), At(kept, TailPercentile));
    }

    private static double ShareBeyond(MeasuredInterval interval, double slow)
    {
        (long Slow, long All) sum = default;
        foreach ((long nanoseconds, long count) in interval.Counts)
            sum = (sum.Slow + (nanoseconds > slow ? count : 0), sum.All + count);
        return (double)sum.Slow / sum.All;
    }

    private static double At(ImmutableArray<MeasuredInterval> intervals, double percentile)
    {
        (long Nanoseconds, long Count)[] all = [.. intervals.SelectMany(static interval => interval.Counts).OrderBy(static count => count.Nanoseconds)];
        double rank = Math.Max(1, Math.Ceiling(percentile / 100 * all.Sum(static count => count.Count)));
        foreach ((long nanoseconds, long count) in all)
        {
            rank -= count;
            if (rank <= 0)
                return nanoseconds;
        }

        return 0;
    }

    private static double Median(IEnumerable<double> figures)
    {
        double[] sorted = [.. figures.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
