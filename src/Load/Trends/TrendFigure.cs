using System.Collections.Immutable;

namespace FireproofBench.Load.Trends;

/// <summary>One figure of a series over its runs, before it is judged.</summary>
/// <param name="Name">Such as <c>p99(put)</c>.</param>
/// <param name="Unit">Written behind its values; <c> ms</c>, <c>/s</c>, <c> %</c>, or nothing for a ratio.</param>
/// <param name="MoreIsBetter">Whether a higher value is the better one.</param>
/// <param name="Values">A value for each run, oldest first; null where the run has none.</param>
/// <param name="Tolerance">A level that differs by no more than this share is the same.</param>
/// <param name="Floor">A level that differs by no more than this is the same.</param>
internal sealed record TrendFigure(string Name, string Unit, bool MoreIsBetter, ImmutableArray<double?> Values, double Tolerance, double Floor)
{
    /// <summary>The values as they are judged, above zero: only their ratios count, so that what is good enough has to be the same for all runs that are. Zero and null are no value.</summary>
    public ImmutableArray<double?> Judged { get; init; } = Values;

    /// <summary>The runs that have a value, night by night, oldest first.</summary>
    /// <param name="nights">The night of each run.</param>
    public ImmutableArray<ImmutableArray<int>> KnownNights(ImmutableArray<int> nights) =>
        [.. Enumerable.Range(0, Values.Length).Where(run => Judged[run] > 0).GroupBy(run => nights[run]).Select(static night => night.ToImmutableArray())];

    /// <summary>Whether there is anything that could be a change: enough nights, and not one value for ever.</summary>
    /// <param name="nights">The night of each run.</param>
    public bool CanChange(ImmutableArray<int> nights) =>
        KnownNights(nights) is { Length: >= 2 * ChangePoints.LeastSide } known && known.SelectMany(static night => night).Select(run => Judged[run]).Distinct().Skip(1).Any();
}
