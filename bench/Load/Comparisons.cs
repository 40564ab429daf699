using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FireproofBench.LoadBench;

/// <summary>What <c>compare</c> catches, and what it accuses wrongly: two stores that are the same, one whose puts are slower by a tenth, one of whose tail alone is slower.</summary>
/// <param name="Kind">What the second store is.</param>
/// <param name="Number">Which comparison of the kind.</param>
/// <param name="Worse">The metrics that became worse.</param>
/// <param name="Better">Those that became better.</param>
/// <param name="Ratios">All metrics with their ratio.</param>
internal sealed record Comparisons(string Kind, int Number, string[] Worse, string[] Better, string[] Ratios)
{
    /// <summary>Runs them, and writes a table.</summary>
    /// <param name="counts">How many of each kind.</param>
    /// <param name="pairs">How many runs on each side.</param>
    /// <param name="seconds">How long a run is.</param>
    /// <param name="work">Takes the results of the runs.</param>
    public static async Task<string> MeasureAsync((int Same, int Slower, int Tail) counts, int pairs, int seconds, string work)
    {
        List<Comparisons> all = [];
        foreach ((string kind, string scheme, int count) in new[] { ("the same", "even:", counts.Same), ("each put slower by a tenth", "slow:", counts.Slower), ("the tail slower", "tail:", counts.Tail) })
        {
            for (int number = 1; number <= count; number++)
            {
                all.Add(await CompareAsync(kind, scheme, number, pairs, seconds, work));
                Console.Error.WriteLine($"{kind} {number}: worse {string.Join(' ', all[^1].Worse)}; better {string.Join(' ', all[^1].Better)}; {string.Join(' ', all[^1].Ratios)}");
            }
        }

        StringBuilder table = new("| second store | comparisons | with a worse metric | with a better one | metrics that were worse, and how often |\n|---|---|---|---|---|\n");
        foreach (IGrouping<string, Comparisons> kind in all.GroupBy(static one => one.Kind))
        {
            string metrics = string.Join(", ", kind.SelectMany(static one => one.Worse).CountBy(static metric => metric).Select(static pair => $"{pair.Key} {pair.Value}"));
            table.Append(CultureInfo.InvariantCulture, $"| {kind.Key} | {kind.Count()} | {kind.Count(static one => one.Worse.Length > 0)} | {kind.Count(static one => one.Better.Length > 0)} | {metrics} |\n");
        }

        table.Append("\n| second store | no. | ratio of each metric, new to base |\n|---|---|---|\n");
        foreach (Comparisons one in all)
            table.Append(CultureInfo.InvariantCulture, $"| {one.Kind} | {one.Number} | {string.Join(", ", one.Ratios)} |\n");
        return table.ToString();
    }

    private static async Task<Comparisons> CompareAsync(string kind, string scheme, int number, int pairs, int seconds, string work)
    {
        string folder = Path.Combine(work, string.Create(CultureInfo.InvariantCulture, $"compare-{scheme[..^1]}-{number}"));
        string seed = number.ToString(CultureInfo.InvariantCulture);
        _ = await Tool.RunAsync(
            "load", "raw-put", "even:", "--against", scheme, "--pairs", pairs.ToString(CultureInfo.InvariantCulture),
            "--rate", "200/s", "--duration", $"{seconds}s", "--warm-up", "1s", "--seed", seed, "--results", folder);
        string json = Path.Combine(folder, "comparison.json");
        string turns = Path.Combine(folder, "turns-raw-put-" + seed);
        _ = await Tool.RunAsync("compare", Path.Combine(turns, "base"), Path.Combine(turns, "new"), "--json", json);
        using JsonDocument comparison = JsonDocument.Parse(await File.ReadAllBytesAsync(json));
        JsonElement[] metrics = [.. comparison.RootElement.GetProperty("metrics").EnumerateArray()];
        return new Comparisons(
            kind,
            number,
            Judged(metrics, "worse"),
            Judged(metrics, "better"),
            [.. metrics.Where(static metric => metric.TryGetProperty("ratio", out _)).Select(static metric => string.Create(CultureInfo.InvariantCulture, $"{metric.GetProperty("metric").GetString()} {metric.GetProperty("ratio").GetDouble():F3}"))]);
    }

    private static string[] Judged(JsonElement[] metrics, string verdict) =>
        [.. metrics.Where(metric => metric.GetProperty("verdict").GetString() == verdict).Select(static metric => metric.GetProperty("metric").GetString()!)];
}
