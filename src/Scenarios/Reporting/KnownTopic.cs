using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>One topic on which a run is set beside what is publicly known.</summary>
/// <param name="Topic">The topic of the fact.</param>
/// <param name="Title">The topic for people.</param>
/// <param name="Known">What is known, in a word or two.</param>
/// <param name="Measured">What the run saw; null when it did not measure it.</param>
/// <param name="Agrees">Whether the two agree; null when that cannot be told.</param>
/// <param name="Fact">The fact behind <paramref name="Known"/>.</param>
internal sealed record KnownTopic(string Topic, string Title, string Known, string? Measured, bool? Agrees, KnownFact Fact);
