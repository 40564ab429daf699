namespace FireproofBench.Scenarios.Reporting;

/// <summary>A setting that a report proposes.</summary>
/// <param name="Name">What to set.</param>
/// <param name="Value">To what.</param>
/// <param name="Why">What was seen that speaks for it.</param>
internal sealed record RecommendedSetting(string Name, string Value, string Why);
