using System.Text.Json;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>A comparison of two stores as <c>fireproofbench/conformance-comparison/1</c>: both reports in full, and where they differ.</summary>
internal static class ComparisonJson
{
    /// <summary>The name of the shape.</summary>
    public const string Schema = "fireproofbench/conformance-comparison/1";

    /// <summary>Writes one indented JSON document in UTF-8.</summary>
    public static void Write(ConformanceComparison comparison, KnownStore? firstKnown, KnownStore? secondKnown, Stream output)
    {
        using Utf8JsonWriter json = new(output, ConformanceJson.Options);
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteNumber("seed", comparison.First.Request.Seed);
        json.WriteStartArray("verdicts");
        json.WriteStringValue(comparison.First.Verdict.Name);
        json.WriteStringValue(comparison.Second.Verdict.Name);
        json.WriteEndArray();
        json.WriteStartArray("differences");
        foreach ((ClauseResult first, ClauseResult second) in comparison.Differences)
        {
            json.WriteStartObject();
            json.WriteString("id", first.Clause.Id);
            json.WriteString("level", ClauseNames.Of(first.Clause.Level));
            json.WriteStartArray("outcomes");
            json.WriteStringValue(ClauseNames.Of(first.Outcome));
            json.WriteStringValue(ClauseNames.Of(second.Outcome));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("onlyQuirks");
        WriteQuirks(json, ConformanceComparison.OnlyIn(comparison.First, comparison.Second));
        WriteQuirks(json, ConformanceComparison.OnlyIn(comparison.Second, comparison.First));
        json.WriteEndArray();
        json.WriteStartArray("reports");
        ConformanceJson.Write(comparison.First, json, firstKnown);
        ConformanceJson.Write(comparison.Second, json, secondKnown);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteQuirks(Utf8JsonWriter json, IEnumerable<Quirk> quirks)
    {
        json.WriteStartArray();
        foreach (Quirk quirk in quirks)
        {
            json.WriteStartObject();
            json.WriteString("clause", quirk.ClauseId);
            json.WriteString("text", quirk.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
