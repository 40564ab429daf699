using System.Collections.Immutable;
using System.Globalization;

namespace FireproofBench.Load.Comparing;

/// <summary>Compares runs of two sides, metric by metric.</summary>
internal static class RunComparison
{
    // A percentile needs some calls beyond it, and a few calls may be lost by chance.
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
        CheckAlike(first, before.Concat(after));
        ImmutableArray<MetricComparison>.Builder metrics = ImmutableArray.CreateBuilder<MetricComparison>();
        bool hasSuccess = false;
        foreach (string step in first.Steps.Select(static step => step.Name))
        {
            MeasuredStep[] olds = StepsOf(before, step);
            MeasuredStep[] youngs = StepsOf(after, step);
            StepSample old = new(olds);
            StepSample young = new(youngs);

            // Of what the base never came to, such as a merge that was not due, nothing can have become worse.
            hasSuccess |= old.Count > 0;
            if (old.Count > 0)
                metrics.AddRange(young.Count == 0 ? [Ceased(step, old, options)] : Compare(step, old, young, first.HasArrivals, options));
            if (old.Count > 0 && young.Count > 0 && SlowShare.Compare(olds, youngs, $"slow({step})", options) is { } slow)
                metrics.Add(slow);
            if (CompareLosses(step, new LossSample(olds), new LossSample(youngs), options) is { } losses)
                metrics.Add(losses);
        }

        return hasSuccess ? metrics.ToImmutable() : throw new InvalidDataException("there is no successful call on the base's side");
    }

    private static void CheckAlike(MeasuredRun first, IEnumerable<MeasuredRun> runs)
    {
        foreach (MeasuredRun run in runs)
        {
            string unlike = string.Join(", ", run.Kind.DifferencesTo(first.Kind));
            if (unlike.Length > 0)
                throw new InvalidDataException($"'{run.Path}' and '{first.Path}' are not alike in {unlike}: only runs of one scenario and one load can be compared, on whatever stores");
        }
    }

    private static MeasuredStep[] StepsOf(IReadOnlyList<MeasuredRun> runs, string name) =>
        [.. runs.Select(run => run.Steps.FirstOrDefault(step => step.Name == name) ?? throw new InvalidDataException($"'{run.Path}' has no step '{name}': only runs of the same steps can be compared"))];

    // Latencies are of calls that succeeded: a store that refuses half of them can be as fast as ever. Null where one side never came to the step.
    private static MetricComparison? CompareLosses(string step, LossSample before, LossSample after, ComparisonOptions options)
    {
        if (before.All == 0 || after.All == 0)
            return null;
        Dice dice = new(options.Seed, $"losses of {step}");
        double[] differences = [.. Enumerable.Range(0, options.Resamples).Select(_ => after.Draw(dice) - before.DrawRuns(dice)).Order()];
        (double low, double high) = (At(differences, (1 - options.Confidence) / 2), At(differences, (1 + options.Confidence) / 2));
        double difference = after.Share - before.Share;
        bool isSure = Math.Abs(difference) * after.All >= LeastBeyond && (difference > 0 ? low > 0 : high < 0);
        ComparisonVerdict verdict = Math.Abs(difference) <= options.LossFloor ? ComparisonVerdict.Same
            : !isSure ? ComparisonVerdict.Unclear
            : difference > 0 ? ComparisonVerdict.Worse : ComparisonVerdict.Better;
        return new MetricComparison($"errors({step})", before.Share, after.Share, low, high, options.LossFloor, verdict) { IsShare = true };
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
