using System.Globalization;
using System.Text;
using FireproofBench.Conformance;

namespace FireproofBench.Xunit;

/// <summary>Findings as text for the people who read test results.</summary>
internal static class FindingText
{
    /// <summary>What a test of a clause writes, whatever came of it.</summary>
    public static string Output(ClauseFinding finding, BookFindings run)
    {
        StringBuilder text = new();
        _ = text.AppendLine(CultureInfo.InvariantCulture, $"{finding.Clause.Id} {finding.Clause.LevelName}: {finding.Clause.Requirement}");
        _ = text.AppendLine(CultureInfo.InvariantCulture, $"Seen: {finding.Evidence}");
        foreach (string quirk in finding.Quirks)
            _ = text.AppendLine(CultureInfo.InvariantCulture, $"Good to know: {quirk}");
        return text.Append("Again: ").Append(Again(run, finding.Clause.Id)).ToString();
    }

    /// <summary>Why a test of a clause fails, and what to do.</summary>
    public static string Failure(ClauseFinding finding, BookFindings run) => string.Join(
        Environment.NewLine,
        $"{finding.Clause.Id} ({finding.Clause.LevelName}) is broken: {finding.Clause.Requirement}",
        $"Seen:       {finding.Evidence}",
        $"Matters:    {finding.Clause.Why}",
        $"Checked:    {finding.Clause.How}",
        $"What to do: {finding.Clause.WhenItFails}",
        $"Again:      {Again(run, finding.Clause.Id)}");

    /// <summary>What the run came to.</summary>
    public static string Summary(BookFindings run)
    {
        StringBuilder text = new();
        _ = text.AppendLine(run.Verdict switch
        {
            VerdictKind.Safe => "Verdict: SAFE. Nothing that was checked speaks against a Fireproof database on this store.",
            VerdictKind.SafeWith => "Verdict: SAFE WITH SETTINGS. A Fireproof database is safe on this store if:",
            VerdictKind.Unsafe => "Verdict: UNSAFE. Do not keep a Fireproof database on this store.",
            _ => $"No verdict: {run.Lost}.",
        });
        foreach (string setting in run.Settings)
            _ = text.AppendLine(CultureInfo.InvariantCulture, $"- {setting}");
        foreach (string quirk in run.Quirks)
            _ = text.AppendLine(CultureInfo.InvariantCulture, $"Good to know: {quirk}");
        int Count(ClauseOutcome outcome) => run.Clauses.Count(c => c.Outcome == outcome);
        _ = text.AppendLine(
            CultureInfo.InvariantCulture,
            $"{Count(ClauseOutcome.Passed)} passed, {Count(ClauseOutcome.Failed)} failed, {Count(ClauseOutcome.Unsupported)} unsupported, {Count(ClauseOutcome.Inconclusive)} inconclusive; "
                + $"{run.Requests} requests in {run.Elapsed.TotalSeconds:0.0} s; seed {run.Seed}, budget {Name(run.Budget)}.");
        return text.Append("Again: ").Append(Again(run, null)).ToString();
    }

    private static string Again(BookFindings run, string? clause) => string.Create(
        CultureInfo.InvariantCulture,
        $"{RunVariables.Seed}={run.Seed} {RunVariables.Budget}={Name(run.Budget)} {(clause is null ? "" : $"{RunVariables.Clauses}={clause} ")}dotnet test");

#pragma warning disable CA1308 // As people type it.
    private static string Name(Budget budget) => budget.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
