using System.Collections.Immutable;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>A suite of a JUnit document.</summary>
/// <param name="Name">Its name.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="Cases">Its cases.</param>
internal sealed record JUnitSuite(string Name, DateTimeOffset StartedAt, ImmutableArray<JUnitCase> Cases);
