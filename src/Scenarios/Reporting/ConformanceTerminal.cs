using System.Globalization;
using Spectre.Console;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>A conformance report for people: a table on a terminal, plain lines elsewhere, and the verdict at the end.</summary>
internal static class ConformanceTerminal
{
    private const int ShortEvidence = 110;

    /// <summary>Plain lines, one a clause, for files, grep and logs.</summary>
    public static void WritePlain(ConformanceReport report, TextWriter output, KnownStore? known = null)
    {
        foreach (ClauseResult result in report.Results)
            output.WriteLine($"{result.Clause.Id}  {ClauseNames.Of(result.Clause.Level),-6}  {ClauseNames.Of(result.Outcome),-12}  {result.Evidence}");
        output.WriteLine();
        foreach (string line in Closing(report, known))
            output.WriteLine(line);
    }

    /// <summary>A table in colours.</summary>
    public static void WriteTable(ConformanceReport report, IAnsiConsole console, KnownStore? known = null)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("Clause", "Level", "Outcome", "Evidence");
        foreach (ClauseResult result in report.Results)
        {
            string evidence = result.Outcome == ClauseOutcome.Failed || result.Evidence.Length <= ShortEvidence ? result.Evidence
                : result.Evidence[..ShortEvidence] + "…";
            table.AddRow(
                new Text(result.Clause.Id),
                new Text(ClauseNames.Of(result.Clause.Level)),
                new Text(ClauseNames.Of(result.Outcome), ColourOf(result)),
                new Text(evidence));
        }

        console.Write(table);
        string[] closing = [.. Closing(report, known)];
        console.Write(new Text(closing[0] + "\n", report.Verdict.Kind switch
        {
            VerdictKind.Safe => new Style(Color.Green, decoration: Decoration.Bold),
            VerdictKind.SafeWith => new Style(Color.Yellow, decoration: Decoration.Bold),
            _ => new Style(Color.Red, decoration: Decoration.Bold),
        }));
        foreach (string line in closing.Skip(1))
            console.Write(new Text(line + "\n"));
    }

    /// <summary>The verdict, what it rests on, and what was found beside it.</summary>
    public static IEnumerable<string> Closing(ConformanceReport report, KnownStore? known = null)
    {
        int Count(ClauseOutcome outcome) => report.Results.Count(r => r.Outcome == outcome);
        yield return VerdictText.Sentence(report);
        foreach (string setting in report.Verdict.Settings)
            yield return $"  - {setting}";
        foreach (ClauseResult result in report.Results.Where(r => report.Verdict.Breaking.Contains(r.Clause.Id)))
        {
            yield return $"  - {result.Clause.Id}: {result.Clause.Requirement}";
            yield return $"    What to do: {result.Clause.WhenItFails}";
            yield return $"    Replay: {result.Replay}";
        }

        foreach (Quirk quirk in report.Quirks)
            yield return $"Good to know ({quirk.ClauseId}): {quirk.Text}";
        foreach (string line in VisibilityText.Lines(report))
            yield return line;
        foreach (string line in KnownText.Lines(known))
            yield return line;
        if (report.Limits.Count > 0)
            yield return $"Limits seen: {string.Join(", ", report.Limits.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Key} {l.Value}")))}.";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{Count(ClauseOutcome.Passed)} passed, {Count(ClauseOutcome.Failed)} failed, {Count(ClauseOutcome.Unsupported)} unsupported, {Count(ClauseOutcome.Inconclusive)} inconclusive;"
                + $" {report.Requests.Total} requests ({report.Requests.Retried} repeated) in {report.Elapsed.TotalSeconds:0.0} s,"
                + $" at about {report.RequestsPerSecond:0}/s; seed {report.Request.Seed}.");
        if (report.Leftovers.Length == 0)
        {
            yield return "Nothing was left in the store.";
            yield break;
        }

        yield return report.IsOfCloud ? $"{report.Leftovers.Length} ledgers are left at the endpoint, since the protocol removes none:"
            : $"{report.Leftovers.Length} objects are left in the store{(report.Request.Keep ? ", as asked" : "; remove them by hand")}:";
        foreach (string key in report.Leftovers.Take(10))
            yield return $"  {Printable.Key(key)}";
        if (report.Leftovers.Length > 10)
            yield return $"  … and {report.Leftovers.Length - 10} more";
    }

    private static Style ColourOf(ClauseResult result) => result.Outcome switch
    {
        ClauseOutcome.Passed => new Style(Color.Green),
        ClauseOutcome.Failed when result.Clause.Level == ClauseLevel.Must => new Style(Color.Red, decoration: Decoration.Bold),
        ClauseOutcome.Failed => new Style(Color.Yellow, decoration: Decoration.Bold),
        _ => new Style(Color.Grey),
    };
}
