using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FireproofBench.LoadBench;

/// <summary>What the load engine itself can do: against a gateway that does nothing.</summary>
internal static class Rates
{
    /// <summary>Measures, and writes two tables.</summary>
    /// <param name="rounds">Of how many rounds the median is taken.</param>
    /// <param name="seconds">How long a round is.</param>
    /// <param name="work">Takes the results of the runs.</param>
    public static async Task<string> MeasureAsync(int rounds, int seconds, string work)
    {
        StringBuilder tables = new("| closed model | calls a second | lowest and highest round |\n|---|---|---|\n");
        foreach (int writers in (int[])[1, 2, 16])
        {
            double[] rates = [.. (await RunAsync(rounds, seconds, work, "--writers", writers.ToString(CultureInfo.InvariantCulture))).Select(PerSecond).Order()];
            Tell(tables, $"| {writers} writers | {rates[rates.Length / 2]:N0} | {rates[0]:N0} to {rates[^1]:N0} |\n");
        }

        tables.Append("\n| open model | calls a second | generator late, p50 | p99 | p99 of the best and the worst round | max of all rounds |\n|---|---|---|---|---|---|\n");
        foreach (string rate in (string[])["2000/s", "20000/s", "50000/s"])
        {
            JsonElement[] runs = await RunAsync(rounds, seconds, work, "--rate", rate);
            double[] p99 = Lateness(runs, "p99");
            Tell(
                tables,
                $"| {rate} | {runs.Average(PerSecond):N0} | {Lateness(runs, "p50")[runs.Length / 2]:F0} µs | {p99[runs.Length / 2]:F0} µs | {p99[0]:F0} to {p99[^1]:F0} µs | {Lateness(runs, "max")[^1]:F0} µs |\n");
        }

        return tables.ToString();
    }

    private static async Task<JsonElement[]> RunAsync(int rounds, int seconds, string work, string option, string value)
    {
        List<JsonElement> runs = [];
        for (int round = 0; round <= rounds; round++)
        {
            string folder = Path.Combine(work, string.Create(CultureInfo.InvariantCulture, $"rates{option}-{value.Replace('/', '-')}-{round}"));
            runs.Add(await Tool.LoadAsync(folder, "raw-put", "null:", "--size", "128", "--duration", $"{seconds}s", "--seed", "7", option, value));
        }

        // The first one warms up.
        return [.. runs.Skip(1)];
    }

    private static double PerSecond(JsonElement run) => run.GetProperty("steps")[0].GetProperty("perSecond").GetDouble();

    // In microseconds, in their order.
    private static double[] Lateness(JsonElement[] runs, string figure) => [.. runs.Select(run => run.GetProperty("generatorLateness").GetProperty(figure).GetDouble() * 1000).Order()];

    private static void Tell(StringBuilder tables, FormattableString row)
    {
        string text = row.ToString(CultureInfo.InvariantCulture);
        Console.Error.Write(text);
        tables.Append(text);
    }
}
