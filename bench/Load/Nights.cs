using System.Globalization;
using System.Text;

namespace FireproofBench.LoadBench;

/// <summary>Nights one after the other on a store that becomes slower with one of them: the trend has to say which.</summary>
internal static class Nights
{
    private const int Repeats = 3;

    /// <summary>Runs them, writes the page over them, and gives what it found.</summary>
    /// <param name="nights">How many.</param>
    /// <param name="planted">From which on the store is slower, from 1.</param>
    /// <param name="seconds">How long a run is.</param>
    /// <param name="folder">Takes the results and the page.</param>
    public static async Task<string> MeasureAsync(int nights, int planted, int seconds, string folder)
    {
        Tool.Clear(folder);
        for (int night = 1; night <= nights; night++)
        {
            BentStores.IsNightSlow = night >= planted;
            for (int repeat = 0; repeat < Repeats; repeat++)
            {
                _ = await Tool.RunAsync(
                    "load", "raw-put", "night:", "--rate", "200/s", "--duration", $"{seconds}s", "--warm-up", "1s",
                    "--seed", string.Create(CultureInfo.InvariantCulture, $"{(night * 10) + repeat}"), "--results", folder);
            }
        }

        (_, string changes) = await Tool.RunAsync("report", folder);
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{nights} nights of {Repeats} runs each; from night {planted} (run {((planted - 1) * Repeats) + 1}) on each put takes {BentStores.NightSlower * 100:0} % longer. `report` says:\n\n```\n{changes}```\n");
        return text.ToString();
    }
}
