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

    /// <summary>In steps, and filled: a bar from each place to the next.</summary>
    Bars,
}
