namespace FireproofBench.Load.Comparing;

/// <summary>One metric of two sides.</summary>
/// <param name="Metric">As thresholds name it.</param>
/// <param name="Before">Of the base, in seconds or a second.</param>
/// <param name="After">Of the new one.</param>
/// <param name="Low">The lower end of the interval of their ratio, new to base.</param>
/// <param name="High">The upper end.</param>
/// <param name="Tolerance">How much of a change is taken for noise.</param>
/// <param name="Verdict">What that says.</param>
internal sealed record MetricComparison(string Metric, double Before, double After, double Low, double High, double Tolerance, ComparisonVerdict Verdict)
{
    /// <summary>New to base.</summary>
    public double Ratio => After / Before;
}
