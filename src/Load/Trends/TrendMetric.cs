using System.Collections.Immutable;

namespace FireproofBench.Load.Trends;

/// <summary>One figure of a series over its runs.</summary>
/// <param name="Name">Such as <c>p99(put)</c>.</param>
/// <param name="Unit">Written behind its values; <c> ms</c>, <c>/s</c>, or nothing for a ratio.</param>
/// <param name="MoreIsBetter">Whether a higher value is the better one.</param>
/// <param name="Values">A value for each run; null where the run has none.</param>
/// <param name="Changes">Where its level changed, oldest first.</param>
internal sealed record TrendMetric(string Name, string Unit, bool MoreIsBetter, ImmutableArray<double?> Values, ImmutableArray<TrendChange> Changes)
{
    /// <summary>A figure with the changes of its level.</summary>
    /// <param name="name">Such as <c>p99(put)</c>.</param>
    /// <param name="unit">Written behind its values.</param>
    /// <param name="moreIsBetter">Whether a higher value is the better one.</param>
    /// <param name="values">A value for each run, oldest first.</param>
    /// <param name="tolerance">A level that differs by no more than this share is the same.</param>
    /// <param name="floor">A level that differs by no more than this is the same.</param>
    public static TrendMetric Of(string name, string unit, bool moreIsBetter, ImmutableArray<double?> values, double tolerance, double floor)
    {
        int[] runs = [.. Enumerable.Range(0, values.Length).Where(run => values[run] is > 0)];
        double[] known = [.. runs.Select(run => values[run]!.Value)];
        ImmutableArray<int> places = ChangePoints.Of(known, tolerance, floor, seed: 1);
        return new TrendMetric(name, unit, moreIsBetter, values,
        [
            .. places.Select((place, i) =>
            {
                double before = ChangePoints.Median(known, i == 0 ? 0 : places[i - 1], place);
                double after = ChangePoints.Median(known, place, i + 1 < places.Length ? places[i + 1] : known.Length);
                return new TrendChange(runs[place], before, after, after > before != moreIsBetter);
            }),
        ]);
    }
}
