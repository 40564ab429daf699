namespace FireproofBench.Scenarios.Reporting;

/// <summary>How a curve is drawn.</summary>
internal enum ChartLine
{
    /// <summary>In one line.</summary>
    Solid,

    /// <summary>In dashes.</summary>
    Dashed,

    /// <summary>In dots.</summary>
    Dotted,
}
