using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace FireproofBench.Peers;

/// <summary>The table for people and the raw figures for everybody else.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Web) { WriteIndented = true };

    /// <summary>Writes <c>ratios.md</c> and <c>raw.json</c> into a folder.</summary>
    public static async Task WriteAsync(
        string folder, JsonObject reference, Sizes sizes, DateTimeOffset started, IReadOnlyList<Comparison> comparisons, IReadOnlyList<Growth> growth)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "ratios.md"), Table(reference, started, comparisons, growth));
        await File.WriteAllTextAsync(Path.Combine(folder, "raw.json"), Raw(reference, sizes, started, comparisons, growth).ToJsonString(Indented) + "\n");
    }

    private static string Table(JsonObject reference, DateTimeOffset started, IReadOnlyList<Comparison> comparisons, IReadOnlyList<Growth> growth)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"# This engine beside {reference["engine"]}\n\n")
            .Append(CultureInfo.InvariantCulture, $"{started:yyyy-MM-dd}; {Processor()}, {Environment.ProcessorCount} cores; ")
            .Append(CultureInfo.InvariantCulture, $"{RuntimeInformation.FrameworkDescription}, {reference["runtime"]}. ")
            .Append("In process, warmed up, alternating rounds, medians; neither side calls fsync. Written by `bench/Peers/run.sh`.\n\n")
            .Append("| workload: time of one | reference | ours | faster | wanted |\n|---|--:|--:|--:|--:|\n");
        foreach (Comparison row in comparisons)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {row.Workload.Meaning} | {Time(row.ReferencePerOperation)} | {Time(row.OursPerOperation)} | ")
                .Append(CultureInfo.InvariantCulture, $"{row.Ratio:F1}x | {(row.Workload.Target is { } target ? $"{target:F0}x" : "")} |\n");
        }

        text.Append("\n| bytes on disk for each | reference | ours |\n|---|--:|--:|\n");
        foreach (Comparison row in comparisons.Where(row => row.OursBytes is not null && row.ReferenceBytes is not null))
            text.Append(CultureInfo.InvariantCulture, $"| {row.Workload.Meaning} | {row.ReferenceBytes:F0} | {row.OursBytes:F0} |\n");

        if (growth.Count > 0)
            text.Append("\nOurs alone: what a put of 200 B costs as the database grows, automatic compaction included.\n\n")
                .Append("| documents | time a put | in the last tenth | bytes written a put | in the last tenth | groups in the log |\n|--:|--:|--:|--:|--:|--:|\n");
        foreach (Growth row in growth)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {row.Documents:N0} | {Time(row.Milliseconds)} | {Time(row.LastMilliseconds)} | ")
                .Append(CultureInfo.InvariantCulture, $"{row.Bytes:F0} | {row.LastBytes:F0} | {row.Groups} |\n");
        }

        return text.ToString();
    }

    private static JsonObject Raw(
        JsonObject reference, Sizes sizes, DateTimeOffset started, IReadOnlyList<Comparison> comparisons, IReadOnlyList<Growth> growth) => new()
        {
            ["schema"] = "fireproofbench/peers/1",
            ["startedAt"] = started.ToString("O", CultureInfo.InvariantCulture),
            ["processor"] = Processor(),
            ["cores"] = Environment.ProcessorCount,
            ["system"] = RuntimeInformation.OSDescription,
            ["ours"] = RuntimeInformation.FrameworkDescription,
            ["reference"] = reference.DeepClone(),
            ["sizes"] = JsonSerializer.SerializeToNode(sizes, Indented),
            ["workloads"] = new JsonArray([.. comparisons.Select(row => new JsonObject
            {
                ["name"] = row.Workload.Name,
                ["target"] = row.Workload.Target,
                ["ratio"] = row.Ratio,
                ["reference"] = new JsonArray([.. row.Reference.Select(round => round.DeepClone())]),
                ["ours"] = JsonSerializer.SerializeToNode(row.Ours, Indented),
            })]),
            ["growth"] = JsonSerializer.SerializeToNode(growth, Indented),
        };

    private static string Time(double milliseconds) => milliseconds switch
    {
        >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:F2} s"),
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:F2} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{milliseconds * 1000:F1} µs"),
    };

    private static string Processor()
    {
        const string Source = "/proc/cpuinfo";
        string? line = File.Exists(Source) ? File.ReadLines(Source).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
