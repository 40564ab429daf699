namespace FireproofBench.Load.Comparing;

/// <summary>One metric of two sides.</summary>
/// <param name="Metric">As thresholds name it.</param>
/// <param name="Before">Of the base, in seconds, a second, or as a share.</param>
/// <param name="After">Of the new one.</param>
/// <param name="Low">The lower end of the interval of their ratio, new to base; of a share, of their difference, new less base.</param>
/// <param name="High">The upper end.</param>
/// <param name="Tolerance">How much of a change is taken for noise.</param>
/// <param name="Verdict">What that says.</param>
internal sealed record MetricComparison(string Metric, double Before, double After, double Low, double High, double Tolerance, ComparisonVerdict Verdict)
{
    /// <summary>Whether it is a share, 0 to 1: then the difference counts, since most are zero.</summary>
    public bool IsShare { get; init; }

    /// <summary>New to base; of a share nothing that can be relied on.</summary>
    public double Ratio => After / Before;

    /// <summary>New less base.</summary>
    public double Difference => After - Before;
}
