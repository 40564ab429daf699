using System.Collections.Immutable;

namespace FireproofBench.Load.Trends;

/// <summary>One figure of a series over its runs.</summary>
/// <param name="Name">Such as <c>p99(put)</c>.</param>
/// <param name="Unit">Written behind its values; <c> ms</c>, <c>/s</c>, <c> %</c>, or nothing for a ratio.</param>
/// <param name="MoreIsBetter">Whether a higher value is the better one.</param>
/// <param name="Values">A value for each run; null where the run has none.</param>
/// <param name="Changes">Where its level changed, oldest first.</param>
internal sealed record TrendMetric(string Name, string Unit, bool MoreIsBetter, ImmutableArray<double?> Values, ImmutableArray<TrendChange> Changes)
{
    /// <summary>How often chance alone parts the nights of a figure as well as they can be parted at their best; 1 when that is more often than asked for.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="nights">The night of each run.</param>
    /// <param name="most">What is more often is not counted on.</param>
    /// <param name="finest">How small a chance has to be told from others, 0 to 1.</param>
    public static double ChanceOf(TrendFigure figure, ImmutableArray<int> nights, double most, double finest) =>
        figure.CanChange(nights) ? ChangePoints.ChanceOf(ValuesOf(figure, figure.KnownNights(nights)), most, finest, seed: 1) : 1;

    /// <summary>A figure with the changes of its level.</summary>
    /// <param name="figure">The figure.</param>
    /// <param name="nights">The night of each run. Runs of a night are alike in whatever the machine and the store did then: each night is one value, its median.</param>
    /// <param name="significance">How often chance alone may give a change, 0 to 1.</param>
    public static TrendMetric Of(TrendFigure figure, ImmutableArray<int> nights, double significance)
    {
        ImmutableArray<ImmutableArray<int>> known = figure.KnownNights(nights);
        double[] values = ValuesOf(figure, known);
        ImmutableArray<int> places = figure.CanChange(nights) ? ChangePoints.Of(values, figure.Tolerance, figure.Floor, significance, seed: 1) : [];
        if (places.IsEmpty)
            return new TrendMetric(figure.Name, figure.Unit, figure.MoreIsBetter, figure.Values, []);
        double[] levels = [.. places.Prepend(0).Zip(places.Append(known.Length), (from, to) => MedianOf(known[from..to].SelectMany(static night => night).Select(run => figure.Values[run]!.Value)))];
        return new TrendMetric(figure.Name, figure.Unit, figure.MoreIsBetter, figure.Values,
        [
            .. places.Select((place, i) =>
            {
                (double before, double after) = (levels[i], levels[i + 1]);
                bool isWorse = after > before != figure.MoreIsBetter;
                return new TrendChange(known[place][0], before, after, isWorse) { IsMended = isWorse && !IsWorse(figure, before, levels[^1]) };
            }),
        ]);
    }

    private static double[] ValuesOf(TrendFigure figure, ImmutableArray<ImmutableArray<int>> nights) => [.. nights.Select(night => MedianOf(night.Select(run => figure.Judged[run]!.Value)))];

    private static bool IsWorse(TrendFigure figure, double before, double now)
    {
        double change = figure.MoreIsBetter ? before - now : now - before;
        return change > figure.Floor && change > figure.Tolerance * before;
    }

    private static double MedianOf(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return ChangePoints.Median(all, 0, all.Length);
    }
}
