namespace FireproofBench.Scenarios.Reporting;

/// <summary>What one check of a history came to.</summary>
/// <param name="Check">The check.</param>
/// <param name="Finding">What it found.</param>
internal sealed record HistoryResult(HistoryCheck Check, Finding Finding);
