namespace FireproofBench.Load.Recording;

/// <summary>One anomaly that was seen.</summary>
/// <param name="At">When, from the start of the measured part.</param>
/// <param name="Kind">What it is.</param>
/// <param name="What">What was seen, and what should have been.</param>
internal sealed record Anomaly(TimeSpan At, AnomalyKind Kind, string What);
