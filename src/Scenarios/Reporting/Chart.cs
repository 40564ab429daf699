using System.Collections.Immutable;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>A chart of a page: curves over one axis, drawn where a script may run.</summary>
/// <param name="Id">The id of the element that it is drawn in.</param>
/// <param name="XLabel">What the axis is, for the legend.</param>
/// <param name="XUnit">Written behind its values, with a blank before it where there is to be one.</param>
/// <param name="YUnit">Written behind the values of the curves.</param>
/// <param name="X">The places.</param>
/// <param name="Series">The curves.</param>
internal sealed record Chart(string Id, string XLabel, string XUnit, string YUnit, ImmutableArray<double> X, ImmutableArray<ChartSeries> Series)
{
    /// <summary>Whether places are 1/(1 - share): then the axis is logarithmic and tells percentiles.</summary>
    public bool IsPercentile { get; init; }

    /// <summary>Whether the places stand on a logarithmic axis.</summary>
    public bool HasLogarithmicPlaces { get; init; }

    /// <summary>Whether the values stand on a logarithmic axis.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Places of things that happened; each gets a line.</summary>
    public ImmutableArray<double> Marks { get; init; } = [];
}
