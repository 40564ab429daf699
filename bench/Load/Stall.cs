using System.Globalization;
using System.Text.Json;

namespace FireproofBench.LoadBench;

/// <summary>A store that stalls once: latencies from the intended start tell it, those from the actual start hide it.</summary>
internal static class Stall
{
    private static readonly string[] s_figures = ["p50", "p90", "p99", "max"];

    /// <summary>Runs it, and writes a table.</summary>
    /// <param name="folder">Takes the result.</param>
    public static async Task<string> MeasureAsync(string folder)
    {
        Tool.Clear(folder);
        JsonElement step = (await Tool.LoadAsync(folder, "raw-put", "stall:", "--rate", "2000/s", "--duration", "10s", "--seed", "7")).GetProperty("steps")[0];
        JsonElement intended = step.GetProperty("intended");
        JsonElement actual = step.GetProperty("actual");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            | 2,000 puts a second for 10 s, of which the store stalls for {BentStores.StallLength.TotalSeconds:0.0} s | p50 | p90 | p99 | max |
            |---|---|---|---|---|
            | from the intended start | {Row(intended)} |
            | from the actual start | {Row(actual)} |

            """);
    }

    private static string Row(JsonElement latencies) => string.Join(
        " | ", s_figures.Select(name => string.Create(CultureInfo.InvariantCulture, $"{latencies.GetProperty(name).GetDouble():N2} ms")));
}
