using System.Globalization;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Many reports as Markdown: a table of verdicts, and what each run found.</summary>
internal static class MatrixMarkdown
{
    /// <summary>Writes the text. There is at least one report.</summary>
    public static void Write(IReadOnlyList<ConformanceFile> reports, TextWriter output)
    {
        string[] days = [.. reports.Select(r => r.StartedAt.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Distinct().Order(StringComparer.Ordinal)];
        string[] budgets = [.. reports.Select(r => r.Budget).Distinct()];
        output.WriteLine("# Stores judged");
        output.WriteLine();
        output.WriteLine($"Run on {(days.Length == 1 ? days[0] : $"{days[0]} to {days[^1]}")}, budget {string.Join(", ", budgets.Select(Cell))}; each report in full is the JSON file of its name.");
        output.WriteLine();
        output.WriteLine("| store | verdict | passed | failed | unsupported | inconclusive | requests | seconds |");
        output.WriteLine("|---|---|--:|--:|--:|--:|--:|--:|");
        foreach (ConformanceFile report in reports)
        {
            string counts = string.Join(" | ", Enum.GetValues<ClauseOutcome>().Select(o => report.Count(ClauseNames.Of(o))));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {Cell(report.Name)} | {report.Verdict} | {counts} | {report.Requests} | {report.Elapsed.TotalSeconds:0} |"));
        }

        foreach (ConformanceFile report in reports)
            WriteFindings(report, output);
    }

    private static void WriteFindings(ConformanceFile report, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"## {Cell(report.Name)}");
        output.WriteLine();
        foreach (ConformanceFileClause clause in InOrder(report.Clauses.Values).Where(c => c.Outcome == "failed"))
            output.WriteLine($"- **{Cell(clause.Id)}** ({Cell(clause.Level)}) failed: {Cell(clause.Evidence)}");
        foreach (string setting in report.Settings)
            output.WriteLine($"- Safe with: {Cell(setting)}");
        foreach ((string clause, string text) in report.Quirks)
            output.WriteLine($"- Good to know ({Cell(clause)}): {Cell(text)}");
        string[] unsupported = [.. InOrder(report.Clauses.Values).Where(c => c.Outcome == "unsupported").Select(c => Cell(c.Id))];
        if (unsupported.Length > 0)
            output.WriteLine($"- Not supported: {string.Join(", ", unsupported)}");
        if (report.Leftovers.Length > 0)
            output.WriteLine($"- Left over: {string.Join(", ", report.Leftovers.Select(Cell))}");
    }

    private static IEnumerable<ConformanceFileClause> InOrder(IEnumerable<ConformanceFileClause> clauses) =>
        clauses.OrderBy(c => MatrixPage.PlaceOf(c.Id)).ThenBy(c => c.Id, StringComparer.Ordinal);

    // What a store told must not become markup of the document.
    private static string Cell(string text) => string.Concat(Printable.Escape(text).Select(c => c switch
    {
        '|' or '*' or '_' or '`' or '[' or ']' or '\\' => $"\\{c}",
        '<' => "&lt;",
        '&' => "&amp;",
        _ => c.ToString(),
    }));
}
