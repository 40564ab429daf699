using System.Collections.Immutable;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>A curve.</summary>
/// <param name="Label">What it is.</param>
/// <param name="Values">A value for each place; null where there is none.</param>
internal sealed record ChartSeries(string Label, ImmutableArray<double?> Values)
{
    /// <summary>How it is drawn.</summary>
    public ChartLine Line { get; init; }

    /// <summary>Which colour of the palette; null for its own place in the order.</summary>
    public int? Colour { get; init; }
}
