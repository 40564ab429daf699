using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using FireproofBench.Conformance.Measuring;

namespace FireproofBench.Load.Results;

/// <summary>Runs as JSON, <c>"schema":"fireproofbench/load/1"</c>. Latencies are milliseconds, lengths are bytes.</summary>
internal static class LoadJson
{
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions s_line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a whole run.</summary>
    public static void Write(Stream stream, LoadManifest manifest, LoadOutcome outcome, LoadAftermath after, ImmutableArray<ThresholdResult> thresholds)
    {
        using Utf8JsonWriter json = new(stream, s_indented);
        Recorder recorder = outcome.Recorder;
        json.WriteStartObject();
        json.WriteString("schema", "fireproofbench/load/1");
        WriteManifest(json, manifest);
        if (manifest.StartAt is { } planned)
            json.WriteString("plannedStartAt", planned);
        json.WriteString("loadStartedAt", outcome.Started - manifest.Plan.WarmUp);
        json.WriteString("startedAt", outcome.Started);
        json.WriteNumber("measuredMs", Math.Round(outcome.Measured.TotalMilliseconds, 3));
        json.WriteNumber("loadedMs", Math.Round(outcome.Loaded.TotalMilliseconds, 3));
        json.WriteBoolean("interrupted", outcome.Interrupted);
        json.WriteString("endedEarly", outcome.EndedEarly);
        json.WriteString("fault", outcome.Fault?.Message);
        json.WriteString("faultDetails", outcome.Fault?.ToString());
        json.WriteStartArray("steps");
        for (int i = 0; i < recorder.Steps.Length; i++)
            WriteStep(json, recorder.Steps[i], recorder.Totals[i], outcome.RateOf(i));
        json.WriteEndArray();
        WriteLatencies(json, "generatorLateness", recorder.GeneratorTotal.Summary());
        WriteLatencies(json, "startLateness", recorder.StartTotal.Summary());
        json.WriteNumber("dropped", recorder.DroppedTotal);
        json.WriteNumber("notBegun", recorder.NotBegunTotal);
        json.WriteNumber("unfinished", outcome.Unfinished);
        WriteCounts(json, "anomalies", recorder.Anomalies.Select(static pair => (Name(pair.Key), pair.Value)));
        json.WriteStartArray("anomaliesTold");
        foreach (Anomaly told in recorder.Told)
            WriteAnomaly(json, told);
        json.WriteEndArray();
        WriteCounts(json, "eventCounts", outcome.Events.Select(static pair => (pair.Key, pair.Value)));
        json.WriteStartArray("events");
        foreach (EngineEvent happened in recorder.Events)
            WriteEvent(json, happened);
        json.WriteEndArray();
        WriteRequests(json, after.Requests);
        json.WriteNumber("sentBytes", after.Sent);
        json.WriteNumber("receivedBytes", after.Received);
        json.WriteString("unverified", after.Unverified);
        WriteReadBack(json, recorder.ReadBack);
        WriteLeftovers(json, after.Leftovers);
        json.WriteStartArray("thresholds");
        foreach (ThresholdResult result in thresholds)
            WriteThreshold(json, result);
        json.WriteEndArray();
        WriteEnvironment(json);
        json.WriteEndObject();
    }

    /// <summary>Writes an interval as a line.</summary>
    public static string Line(IntervalRow row)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, s_line))
        {
            json.WriteStartObject();
            json.WriteNumber("atMs", Milliseconds(row.At));
            json.WriteNumber("lengthMs", Milliseconds(row.Length));
            json.WriteNumber("started", row.Started);
            json.WriteNumber("dropped", row.Dropped);
            json.WriteStartArray("steps");
            foreach (StepRow step in row.Steps)
            {
                json.WriteStartObject();
                json.WriteString("name", step.Step);
                json.WriteNumber("failed", step.Failed);
                json.WriteNumber("bytes", step.Bytes);
                WriteLatencies(json, "intended", step.Intended);
                WriteLatencies(json, "actual", step.Actual);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteLatencies(json, "generatorLateness", row.Generator);
            WriteLatencies(json, "startLateness", row.Start);
            WriteCounts(json, "anomalies", row.Anomalies.Select(static pair => (Name(pair.Key), pair.Value)));
            WriteCounts(json, "events", row.Events.Select(static pair => (pair.Key, pair.Value)));
            json.WriteStartObject("gauges");
            foreach ((string name, double value) in row.Gauges)
                json.WriteNumber(name, Math.Round(value, 3));
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    /// <summary>An anomaly as results name it.</summary>
    public static string Name(AnomalyKind kind) => kind switch
    {
        AnomalyKind.StaleRead => "stale-read",
        AnomalyKind.LostUpdate => "lost-update",
        AnomalyKind.MissingFile => "missing-file",
        _ => "wrong-bytes",
    };

    private static void WriteManifest(Utf8JsonWriter json, LoadManifest manifest)
    {
        json.WriteString("scenario", manifest.Scenario.Name);
        json.WriteString("question", manifest.Scenario.Question);
        json.WriteString("url", manifest.Url);
        json.WriteString("provider", manifest.Provider);
        json.WriteNumber("seed", manifest.Seed);
        json.WriteString("plan", LoadPlanText.Write(manifest.Plan.Simulations));
        json.WriteNumber("warmUpMs", Milliseconds(manifest.Plan.WarmUp));
        json.WriteString("arrivals", manifest.Plan.Arrivals.ToString().ToLowerInvariant());
        json.WriteNumber("workers", manifest.Workers);
        ScenarioSettings settings = manifest.Settings;
        json.WriteStartObject("settings");
        json.WriteNumber("size", settings.Size);
        json.WriteNumber("items", settings.Items);
        json.WriteBoolean("shared", settings.IsShared);
        if (manifest.Feed is { } feed)
            WriteFeed(json, feed);
        json.WriteEndObject();
        json.WriteString("version", manifest.Version);
    }

    private static void WriteFeed(Utf8JsonWriter json, FeedSource feed)
    {
        json.WriteStartObject("feed");
        json.WriteString("name", feed.Name);
        json.WriteString("sha256", feed.Digest);
        json.WriteString("order", feed.Order.ToString().ToLowerInvariant());
        json.WriteNumber("rows", feed.Rows.Length);
        json.WriteEndObject();
    }

    private static void WriteStep(Utf8JsonWriter json, string name, StepTotals totals, (double Calls, double Bytes) rate)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteNumber("succeeded", totals.Actual.Count);
        json.WriteNumber("failed", totals.Failed);
        WriteCounts(json, "errors", totals.Errors.Select(static pair => (pair.Key, pair.Value)));
        json.WriteNumber("perSecond", Math.Round(rate.Calls, 3));
        json.WriteNumber("bytes", totals.Bytes);
        json.WriteNumber("bytesPerSecond", Math.Round(rate.Bytes));
        WriteLatencies(json, "intended", totals.Intended.Summary());
        WriteLatencies(json, "actual", totals.Actual.Summary());
        json.WriteEndObject();
    }

    private static void WriteLatencies(Utf8JsonWriter json, string name, LatencySummary latencies)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", latencies.Count);
        json.WriteNumber("mean", Milliseconds(latencies.Mean));
        json.WriteNumber("p50", Milliseconds(latencies.P50));
        json.WriteNumber("p90", Milliseconds(latencies.P90));
        json.WriteNumber("p99", Milliseconds(latencies.P99));
        json.WriteNumber("p999", Milliseconds(latencies.P999));
        json.WriteNumber("max", Milliseconds(latencies.Max));
        json.WriteEndObject();
    }

    private static void WriteCounts(Utf8JsonWriter json, string name, IEnumerable<(string Name, long Count)> counts)
    {
        json.WriteStartObject(name);
        foreach ((string counted, long count) in counts)
            json.WriteNumber(counted, count);
        json.WriteEndObject();
    }

    // Null where all contents are looked at.
    private static void WriteReadBack(Utf8JsonWriter json, (long Read, long Written)? readBack)
    {
        if (readBack is not { } part)
        {
            json.WriteNull("readBack");
            return;
        }

        json.WriteStartObject("readBack");
        json.WriteNumber("read", part.Read);
        json.WriteNumber("written", part.Written);
        json.WriteEndObject();
    }

    // Null as long as nothing was cleaned up.
    private static void WriteLeftovers(Utf8JsonWriter json, ImmutableArray<string>? leftovers)
    {
        if (leftovers is not { } left)
        {
            json.WriteNull("leftovers");
            return;
        }

        json.WriteStartArray("leftovers");
        foreach (string key in left)
            json.WriteStringValue(key);
        json.WriteEndArray();
    }

    private static void WriteAnomaly(Utf8JsonWriter json, Anomaly told)
    {
        json.WriteStartObject();
        json.WriteNumber("atMs", Milliseconds(told.At));
        json.WriteString("kind", Name(told.Kind));
        json.WriteString("what", told.What);
        json.WriteEndObject();
    }

    private static void WriteEvent(Utf8JsonWriter json, EngineEvent happened)
    {
        json.WriteStartObject();
        json.WriteNumber("atMs", Milliseconds(happened.At));
        json.WriteString("name", happened.Name);
        json.WriteNumber("durationMs", Milliseconds(happened.Duration));
        json.WriteEndObject();
    }

    private static void WriteRequests(Utf8JsonWriter json, RequestCounts requests)
    {
        json.WriteStartObject("requests");
        json.WriteNumber("put", requests.Put);
        json.WriteNumber("get", requests.Get);
        json.WriteNumber("head", requests.Head);
        json.WriteNumber("delete", requests.Delete);
        json.WriteNumber("list", requests.List);
        json.WriteNumber("retried", requests.Retried);
        json.WriteEndObject();
    }

    private static void WriteThreshold(Utf8JsonWriter json, ThresholdResult result)
    {
        json.WriteStartObject();
        json.WriteString("threshold", result.Threshold.Text);
        if (result.Measured is { } measured)
            json.WriteNumber("measured", measured);
        else
            json.WriteNull("measured");
        json.WriteBoolean("holds", result.Holds);
        json.WriteEndObject();
    }

    private static void WriteEnvironment(Utf8JsonWriter json)
    {
        json.WriteStartObject("environment");
        json.WriteString("system", RuntimeInformation.OSDescription);
        json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant());
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteString("memory", string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MiB"));
        json.WriteEndObject();
    }

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 4);
}
