using System.Collections.Immutable;
using System.Globalization;

namespace FireproofBench.Load.Comparing;

/// <summary>Compares runs of two sides, metric by metric.</summary>
internal static class RunComparison
{
    // A percentile needs some calls beyond it.
    private const int LeastBeyond = 10;
    private static readonly (double Percentile, bool IsTail)[] s_percentiles = [(50, false), (90, false), (99, true), (99.9, true)];

    /// <summary>Compares them.</summary>
    /// <param name="before">Runs of the base.</param>
    /// <param name="after">Runs of the new one, of the same scenario and load.</param>
    /// <param name="options">What is taken for noise.</param>
    /// <exception cref="InvalidDataException">They cannot be compared; the message says why.</exception>
    public static ImmutableArray<MetricComparison> Of(IReadOnlyList<MeasuredRun> before, IReadOnlyList<MeasuredRun> after, ComparisonOptions options)
    {
        MeasuredRun first = before[0];
        foreach (MeasuredRun run in before.Concat(after))
        {
            if (run.Scenario != first.Scenario || run.Plan != first.Plan)
                throw new InvalidDataException($"'{run.Path}' is {run.Scenario} under '{run.Plan}', and '{first.Path}' is {first.Scenario} under '{first.Plan}': only runs of one scenario and one load can be compared");
        }

        ImmutableArray<MetricComparison>.Builder metrics = ImmutableArray.CreateBuilder<MetricComparison>();
        for (int i = 0; i < first.Steps.Length; i++)
        {
            StepSample old = new(before.Select(run => run.Steps[i]));
            StepSample young = new(after.Select(run => run.Steps[i]));

            // Of what the base never came to, such as a merge that was not due, nothing can have become worse.
            if (old.Count == 0)
                continue;
            metrics.AddRange(young.Count == 0 ? [Ceased(first.Steps[i].Name, old, options)] : Compare(first.Steps[i].Name, old, young, first.HasArrivals, options));
        }

        return metrics.Count > 0 ? metrics.ToImmutable() : throw new InvalidDataException("there is no successful call on the base's side");
    }

    // A step that succeeded and does so no more; a few calls may have come to nothing by chance.
    private static MetricComparison Ceased(string step, StepSample before, ComparisonOptions options) =>
        new($"rate({step})", before.Rate, 0, 0, 0, options.CentreTolerance, before.Count >= LeastBeyond ? ComparisonVerdict.Worse : ComparisonVerdict.Unclear);

    private static IEnumerable<MetricComparison> Compare(string step, StepSample before, StepSample after, bool hasArrivals, ComparisonOptions options)
    {
        long least = Math.Min(before.Count, after.Count);
        (double Percentile, bool IsTail)[] percentiles = [.. s_percentiles.Where(one => least * (1 - (one.Percentile / 100)) >= LeastBeyond || one.Percentile == 50)];
        double[] old = Figures(before, percentiles);
        double[] young = Figures(after, percentiles);
        double[][] ratios = [.. old.Select(_ => new double[options.Resamples])];
        Dice dice = new(options.Seed, step);
        for (int resample = 0; resample < options.Resamples; resample++)
        {
            before.Resample(dice);
            after.Resample(dice);
            double[] one = Figures(before, percentiles);
            double[] other = Figures(after, percentiles);
            for (int i = 0; i < one.Length; i++)
                ratios[i][resample] = one[i] > 0 && (other[i] > 0 || i == percentiles.Length) ? other[i] / one[i] : 1;
        }

        for (int i = 0; i < old.Length; i++)
        {
            bool isRate = i == percentiles.Length;

            // In an open model the rate is what was asked for; and where no call of the base ended under load there is none.
            if (isRate && (hasArrivals || old[i] == 0))
                continue;
            Array.Sort(ratios[i]);
            double low = At(ratios[i], (1 - options.Confidence) / 2);
            double high = At(ratios[i], (1 + options.Confidence) / 2);
            double tolerance = !isRate && percentiles[i].IsTail ? options.TailTolerance : options.CentreTolerance;
            string metric = isRate ? $"rate({step})" : string.Create(CultureInfo.InvariantCulture, $"p{percentiles[i].Percentile}({step})");
            yield return new MetricComparison(metric, old[i], young[i], low, high, tolerance, Judge(old[i], young[i], low, high, tolerance, isRate, options.Floor));
        }
    }

    private static ComparisonVerdict Judge(double before, double after, double low, double high, double tolerance, bool isRate, TimeSpan floor)
    {
        double ratio = after / before;
        if (Math.Abs(ratio - 1) <= tolerance || (!isRate && Math.Abs(after - before) <= floor.TotalSeconds))
            return ComparisonVerdict.Same;
        bool isSure = ratio > 1 ? low > 1 : high < 1;
        return !isSure ? ComparisonVerdict.Unclear : ratio > 1 == isRate ? ComparisonVerdict.Better : ComparisonVerdict.Worse;
    }

    private static double[] Figures(StepSample sample, (double Percentile, bool IsTail)[] percentiles) => [.. percentiles.Select(one => sample.At(one.Percentile)), sample.Rate];

    private static double At(double[] sorted, double share) => sorted[Math.Clamp((int)(share * sorted.Length), 0, sorted.Length - 1)];
}
