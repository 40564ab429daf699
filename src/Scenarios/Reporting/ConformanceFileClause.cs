namespace FireproofBench.Scenarios.Reporting;

/// <summary>A clause of a report that was read from a file.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Level">Its level, as result files spell it.</param>
/// <param name="Outcome">Its outcome, as result files spell it.</param>
/// <param name="Evidence">What was seen.</param>
internal sealed record ConformanceFileClause(string Id, string Level, string Outcome, string Evidence);
