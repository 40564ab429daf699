namespace FireproofBench.Load.Judging;

/// <summary>A threshold and what was measured.</summary>
/// <param name="Threshold">The threshold.</param>
/// <param name="Measured">What was measured, in the unit of its limit.</param>
/// <param name="Holds">Whether it was kept.</param>
internal sealed record ThresholdResult(Threshold Threshold, double Measured, bool Holds);
