namespace FireproofBench.Load.Judging;

/// <summary>A threshold and what was measured.</summary>
/// <param name="Threshold">The threshold.</param>
/// <param name="Measured">What was measured, in the unit of its limit; null for a latency where no call succeeded.</param>
/// <param name="Holds">Whether it was kept; not where nothing was measured, nor without any load.</param>
internal sealed record ThresholdResult(Threshold Threshold, double? Measured, bool Holds);
