namespace FireproofBench.Scenarios.Providers;

/// <summary>One thing that is publicly known of a provider.</summary>
/// <param name="Topic">What it is about, such as <c>conditional-create</c>.</param>
/// <param name="Value">The fact.</param>
/// <param name="Note">What limits or explains it; empty when there is nothing to add.</param>
/// <param name="Source">Where it stands.</param>
/// <param name="Date">Year, month or day of the source; null when it has none.</param>
/// <param name="Confidence"><c>documented</c> by the vendor or in source code, <c>reported</c> by somebody else, or <c>measured</c> by this project.</param>
internal sealed record KnownFact(string Topic, string Value, string Note, string Source, string? Date, string Confidence);
