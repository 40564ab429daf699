using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>What the checks of one history came to, as text and as <c>fireproofbench/history-check/1</c>.</summary>
/// <param name="Operations">How many operations the history has.</param>
/// <param name="Declared">What the store is held to.</param>
/// <param name="Results">One result a check, in the order of the checks.</param>
internal sealed record HistoryReport(int Operations, DeclaredVisibility Declared, ImmutableArray<HistoryResult> Results)
{
    /// <summary>The name of the shape.</summary>
    public const string Schema = "fireproofbench/history-check/1";

    /// <summary>Runs all checks.</summary>
    public static HistoryReport Of(History history, DeclaredVisibility declared) =>
        new(history.Operations.Length, declared, [.. HistoryCheck.All.Select(c => new HistoryResult(c, c.Judge(history, declared)))]);

    /// <summary>Whether a check of a level failed.</summary>
    public bool Failed(ClauseLevel level) => Results.Any(r => r.Check.Level == level && r.Finding.Outcome == ClauseOutcome.Failed);

    /// <summary>One line a check, and one for all.</summary>
    public void Write(TextWriter output)
    {
        foreach ((HistoryCheck check, Finding finding) in Results)
            output.WriteLine($"{check.Id}  {ClauseNames.Of(check.Level),-6}  {ClauseNames.Of(finding.Outcome),-12}  {finding.Evidence}");
        output.WriteLine();
        string[] broken = [.. Results.Where(r => r.Finding.Outcome == ClauseOutcome.Failed).Select(r => $"{r.Check.Property} ({r.Check.Id})")];
        output.WriteLine($"{Operations} operations, declared {Declared}: {(broken.Length == 0 ? "nothing is broken" : $"broken: {string.Join(", ", broken)}")}.");
    }

    /// <summary>Writes one indented JSON document in UTF-8.</summary>
    public void Write(Stream output)
    {
        using Utf8JsonWriter json = new(
            output, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteNumber("operations", Operations);
        json.WriteString("declared", Declared.ToString());
        json.WriteStartArray("checks");
        foreach ((HistoryCheck check, Finding finding) in Results)
        {
            json.WriteStartObject();
            json.WriteString("id", check.Id);
            json.WriteString("level", ClauseNames.Of(check.Level));
            json.WriteString("property", check.Property);
            json.WriteString("outcome", ClauseNames.Of(finding.Outcome));
            json.WriteString("evidence", finding.Evidence);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
