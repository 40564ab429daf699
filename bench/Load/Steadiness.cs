using System.Globalization;
using System.Text;

namespace FireproofBench.LoadBench;

/// <summary>Whether memory stays as it is over a long run.</summary>
internal static class Steadiness
{
    /// <summary>Runs a load for long, and writes a table of the memory of this process: what it has from the system, which follows how busy the machine is, and what is alive, which does not.</summary>
    /// <param name="load">The load, such as <c>--rate 2000/s</c>.</param>
    /// <param name="minutes">How long.</param>
    /// <param name="work">Takes the result of the run.</param>
    public static async Task<string> MeasureAsync(string load, int minutes, string work)
    {
        StringBuilder table = new($"| minute of `{load}` | resident memory | alive after a full collection |\n|---|---|---|\n");
        using CancellationTokenSource over = new();
        Task<System.Text.Json.JsonElement> run = Tool.LoadAsync(
            Path.Combine(work, "steady" + load.Replace(' ', '-').Replace('/', '-')), ["raw-put", "null:", "--size", "128", "--duration", $"{minutes}m", "--seed", "7", .. load.Split(' ')]);
        int every = Math.Max(1, minutes / 12);
        for (int minute = 1; minute <= minutes; minute++)
        {
            await Task.WhenAny(run, Task.Delay(TimeSpan.FromMinutes(1), over.Token));
            if (minute == 1 || minute % every == 0)
            {
                string row = string.Create(CultureInfo.InvariantCulture, $"| {minute} | {Environment.WorkingSet / 1e6:F0} MB | {GC.GetTotalMemory(forceFullCollection: true) / 1e6:F2} MB |\n");
                await Console.Error.WriteAsync(row);
                table.Append(row);
            }
        }

        double rate = (await run).GetProperty("steps")[0].GetProperty("perSecond").GetDouble();
        table.Append(CultureInfo.InvariantCulture, $"\n{rate:N0} calls a second over {minutes} minutes.\n");
        return table.ToString();
    }
}
