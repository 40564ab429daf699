using System.Text.Encodings.Web;
using System.Text.Json;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Writes a conformance report as <c>fireproofbench/conformance/1</c>.</summary>
internal static class ConformanceJson
{
    /// <summary>The name of the shape.</summary>
    public const string Schema = "fireproofbench/conformance/1";

    /// <summary>How result files look: indented, and letters as they are.</summary>
    public static JsonWriterOptions Options { get; } = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the report as one indented JSON document in UTF-8.</summary>
    public static void Write(ConformanceReport report, Stream output, KnownStore? known = null)
    {
        using Utf8JsonWriter json = new(output, Options);
        Write(report, json, known);
    }

    /// <summary>Writes the report as an object into a document.</summary>
    public static void Write(ConformanceReport report, Utf8JsonWriter json, KnownStore? known)
    {
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        json.WriteString("verdict", report.Verdict.Name);
        json.WriteStartObject("provider");
        json.WriteString("url", report.Url);
        json.WriteString("name", report.Traits.Provider);
        json.WriteEndObject();
        json.WriteString("profile", Lower(report.Request.Profile));
        json.WriteString("heads", Lower(report.Request.Heads));
        json.WriteString("budget", Lower(report.Request.Budget));
        json.WriteNumber("seed", report.Request.Seed);
        json.WriteString("startedAt", report.StartedAt);
        json.WriteNumber("elapsedMs", Milliseconds(report.Elapsed));
        json.WriteBoolean("interrupted", report.Interrupted);
        json.WriteString("lost", report.Lost);
        WriteStrings(json, "settings", report.Verdict.Settings);
        WriteStrings(json, "breaking", report.Verdict.Breaking);
        json.WriteStartArray("clauses");
        foreach (ClauseResult result in report.Results)
        {
            json.WriteStartObject();
            json.WriteString("id", result.Clause.Id);
            json.WriteString("level", ClauseNames.Of(result.Clause.Level));
            json.WriteString("outcome", ClauseNames.Of(result.Outcome));
            json.WriteString("evidence", result.Evidence);
            json.WriteNumber("elapsedMs", Milliseconds(result.Elapsed));
            json.WriteString("replay", result.Replay);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("quirks");
        foreach (Quirk quirk in report.Quirks)
        {
            json.WriteStartObject();
            json.WriteString("clause", quirk.ClauseId);
            json.WriteString("text", quirk.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (!report.IsOfCloud)
        {
            WriteTraits(json, report.Traits);
            WriteVisibility(json, report);
        }

        json.WriteStartObject("limits");
        foreach ((string name, long value) in report.Limits)
            json.WriteNumber(name, value);
        json.WriteNumber("requestsPerSecond", Math.Round(report.RequestsPerSecond, 1));
        json.WriteEndObject();
        WriteStrings(json, "leftovers", report.Leftovers);
        json.WriteStartObject("requests");
        json.WriteNumber("put", report.Requests.Put);
        json.WriteNumber("get", report.Requests.Get);
        json.WriteNumber("head", report.Requests.Head);
        json.WriteNumber("delete", report.Requests.Delete);
        json.WriteNumber("list", report.Requests.List);
        json.WriteNumber("total", report.Requests.Total);
        json.WriteNumber("retried", report.Requests.Retried);
        json.WriteNumber("estimated", RequestEstimate.Of(report).Total);
        json.WriteEndObject();
        WriteRecommended(json, report);
        if (known is not null)
            KnownJson.Write(json, known);
        json.WriteEndObject();
    }

    private static void WriteTraits(Utf8JsonWriter json, DataTraits traits)
    {
        json.WriteStartObject("traits");
        json.WriteBoolean("conditionalCreate", traits.ConditionalCreate);
        json.WriteBoolean("conditionalReplace", traits.ConditionalReplace);
        json.WriteBoolean("conditionalDelete", traits.ConditionalDelete);
        json.WriteBoolean("orderedListing", traits.OrderedListing);
        json.WriteBoolean("stronglyConsistent", traits.StronglyConsistent);
        json.WriteNumber("maxObjectBytes", traits.MaxObjectLength);
        json.WriteNumber("maxKeyBytes", traits.MaxKeyLength);
        json.WriteEndObject();
    }

    private static void WriteRecommended(Utf8JsonWriter json, ConformanceReport report)
    {
        json.WriteStartArray("recommended");
        foreach (RecommendedSetting setting in RecommendedSettings.Of(report))
        {
            json.WriteStartObject();
            json.WriteString("name", setting.Name);
            json.WriteString("value", setting.Value);
            json.WriteString("why", setting.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteVisibility(Utf8JsonWriter json, ConformanceReport report)
    {
        json.WriteStartObject("visibility");
        json.WriteString("declared", report.Declared.IsStrong ? "strong" : "eventual");
        json.WriteNumber("boundMs", Milliseconds(report.Declared.Bound));
        if (report.Staleness is { } longest)
        {
            json.WriteString("measured", VisibilityText.ClassOf(longest));
            json.WriteNumber("maxMs", Fine(longest));
        }

        json.WriteStartArray("series");
        foreach (VisibilitySeries series in report.Visibility)
        {
            json.WriteStartObject();
            json.WriteString("effect", VisibilityText.NameOf(series.Effect));
            json.WriteString("observer", VisibilityText.NameOf(series.Observer));
            json.WriteNumber("samples", series.Samples);
            json.WriteNumber("p50Ms", Fine(series.Median));
            json.WriteNumber("p99Ms", Fine(series.P99));
            json.WriteNumber("maxMs", Fine(series.Max));
            json.WriteNumber("unseen", series.Unseen);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    // A store in this process may be stale for less than a tenth of a millisecond, and is stale all the same.
    private static double Fine(TimeSpan span) => Math.Round(span.TotalMilliseconds, 4);

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 1);

#pragma warning disable CA1308 // The result files have lower-case words.
    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
