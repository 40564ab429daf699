using System.Collections.Immutable;

namespace FireproofBench.Conformance;

/// <summary>The clauses of one subject, in the order of their numbers.</summary>
/// <param name="Prefix">The letters before the dash.</param>
/// <param name="Title">The subject.</param>
/// <param name="Clauses">The clauses.</param>
internal sealed record ClauseGroup(string Prefix, string Title, ImmutableArray<Clause> Clauses);
