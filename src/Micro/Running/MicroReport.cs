using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FireproofBench.Micro.Running;

/// <summary>A run as a table for people and as JSON, <c>"schema":"fireproofbench/micro/1"</c>. Times in JSON are nanoseconds.</summary>
/// <param name="Started">When it began.</param>
/// <param name="Processor">The processor, as it calls itself.</param>
/// <param name="Rows">What was measured.</param>
internal sealed record MicroReport(DateTimeOffset Started, string Processor, IReadOnlyList<MicroRow> Rows)
{
    private static readonly JsonWriterOptions s_indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The table, in Markdown.</summary>
    public string ToMarkdown()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# Parts of the engine beside what is possible\n\n{Started:yyyy-MM-dd HH:mm} UTC; {Processor}, {Environment.ProcessorCount} processors; ")
            .Append(CultureInfo.InvariantCulture, $"{RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}.\n\n")
            .Append("The limit is the raw SHA-256 and AES-GCM calls of the platform over the very same bytes, measured in the same run. ")
            .Append("Times are those of the fastest iteration, ± is the deviation of all.\n\n")
            .Append("| what | of | limit | measured | ± | of the limit | allocated |\n|---|---|--:|--:|--:|--:|--:|\n");
        foreach (MicroRow row in Rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {row.Description} | {row.Parameters} | {(row.Limit is { } limit ? Time(limit) : "")} | {Time(row.Best)} | {row.StandardDeviation / row.Mean:P0} | ")
                .Append(CultureInfo.InvariantCulture, $"{(row.OfLimit is { } part ? part.ToString("P0", CultureInfo.InvariantCulture) : "")} | {(row.Allocated is { } bytes ? Length(bytes) : "")} |\n");
        }

        return text.ToString();
    }

    /// <summary>Writes the run as JSON.</summary>
    public void WriteJson(Stream stream)
    {
        using Utf8JsonWriter json = new(stream, s_indented);
        json.WriteStartObject();
        json.WriteString("schema", "fireproofbench/micro/1");
        json.WriteString("startedAt", Started);
        json.WriteStartObject("environment");
        json.WriteString("processor", Processor);
        json.WriteNumber("processors", Environment.ProcessorCount);
        json.WriteString("system", RuntimeInformation.OSDescription);
        json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        json.WriteEndObject();
        json.WriteStartArray("benchmarks");
        foreach (MicroRow row in Rows)
            Write(json, row);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, MicroRow row)
    {
        json.WriteStartObject();
        json.WriteString("name", row.Name);
        json.WriteString("description", row.Description);
        json.WriteString("parameters", row.Parameters);
        json.WriteNumber("best", Math.Round(row.Best, 1));
        json.WriteNumber("median", Math.Round(row.Median, 1));
        json.WriteNumber("mean", Math.Round(row.Mean, 1));
        json.WriteNumber("standardDeviation", Math.Round(row.StandardDeviation, 1));
        json.WriteNumber("samples", row.Samples);
        if (row.Allocated is { } allocated)
            json.WriteNumber("allocatedBytes", allocated);
        if (row.Limit is { } limit)
        {
            json.WriteNumber("limit", Math.Round(limit, 1));
            json.WriteNumber("ofLimit", Math.Round(row.OfLimit!.Value, 4));
        }

        json.WriteEndObject();
    }

    private static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:F0} ns"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000:F2} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1_000_000:F2} ms"),
    };

    private static string Length(long bytes) => bytes < 10_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes} B")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1000.0:N1} kB");
}
