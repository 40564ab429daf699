namespace FireproofBench.Conformance;

/// <summary>A clause and what came of it.</summary>
/// <param name="Clause">The clause.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Evidence">What was seen, in one sentence with figures.</param>
/// <param name="Elapsed">How long the check took.</param>
/// <param name="Replay">The command that runs exactly this again.</param>
internal sealed record ClauseResult(Clause Clause, ClauseOutcome Outcome, string Evidence, TimeSpan Elapsed, string Replay);
