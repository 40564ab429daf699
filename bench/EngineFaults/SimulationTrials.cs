using System.Globalization;
using System.Text.Json;

namespace FireproofBench.EngineFaults;

/// <summary>Runs worlds with a copy of what was built last, until one violates a claim: meanwhile the next tool can be built.</summary>
/// <param name="tool">What is built.</param>
/// <param name="scratch">Where copies and reports are.</param>
/// <param name="output">Where the stories of shrunk plans go.</param>
internal sealed class SimulationTrials(FaultyTool tool, string scratch, string output)
{
    private const int MostSeeds = 10_000;
    private const int ShrinkRuns = 1000;

    // A long story hides what went wrong: its beginning and its end are kept.
    private const int LongestStory = 160;

    // A faulty world may take long to give up, and making a plan small runs many of them.
    private static readonly TimeSpan _shrinking = TimeSpan.FromMinutes(15);

    /// <summary>Copies what was built last.</summary>
    /// <param name="id">Whose trial it is for.</param>
    public void Keep(string id)
    {
        string from = Path.GetDirectoryName(tool.Assembly)!;
        string to = Path.Combine(scratch, id);
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            _ = Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Runs worlds with a copy that was kept.</summary>
    /// <param name="id">Whose trial it is.</param>
    /// <param name="seeds">How many at the most.</param>
    /// <param name="minutes">How long at the most; null for as long as it takes.</param>
    public async Task<SimulationTrial> RunAsync(string id, int seeds = MostSeeds, double? minutes = null)
    {
        string copy = Path.Combine(scratch, id);
        string report = Path.Combine(copy, "worlds");
        _ = Directory.CreateDirectory(report);
        string json = Path.Combine(report, "campaign.json");
        List<string> arguments =
        [
            Path.Combine(copy, Path.GetFileName(tool.Assembly)), "simulate", "--seeds", string.Create(CultureInfo.InvariantCulture, $"1..{seeds}"), "--workers", "1", "--stop-after", "1",
            "--shrink", ShrinkRuns.ToString(CultureInfo.InvariantCulture), "--report", report, "--json", json,
        ];
        if (minutes is { } limit)
            arguments.AddRange(["--minutes", limit.ToString(CultureInfo.InvariantCulture)]);
        TimeSpan patience = (minutes is { } most ? TimeSpan.FromMinutes(most) : TimeSpan.FromHours(2)) + _shrinking;
        (int? exit, string said) = await Dotnet.RunAsync(patience, arguments);
        if (!File.Exists(json))
            return new SimulationTrial(id, 0, patience.TotalMinutes) { Trouble = exit is null ? "a world did not end: within one step the code goes on for ever" : $"the run gave no result: {said.Trim().Split('\n')[^1]}" };
        using JsonDocument campaign = JsonDocument.Parse(await File.ReadAllBytesAsync(json));
        JsonElement root = campaign.RootElement;
        SimulationTrial trial = new(id, root.GetProperty("seeds").GetInt64(), Math.Round(root.GetProperty("elapsedMs").GetInt64() / 60_000.0, 1));
        if (root.GetProperty("violations").EnumerateArray().FirstOrDefault() is not { ValueKind: JsonValueKind.Object } violation)
            return trial;
        trial = trial with
        {
            Seed = violation.GetProperty("seed").GetInt64(),
            Claim = violation.GetProperty("claim").GetString(),
            Evidence = violation.GetProperty("evidence").GetString(),
        };
        string shrunk = Path.Combine(report, string.Create(CultureInfo.InvariantCulture, $"seed-{trial.Seed}"));
        return File.Exists(Path.Combine(shrunk, "plan.json")) ? await KeepAsync(trial, shrunk) : trial;
    }

    private async Task<SimulationTrial> KeepAsync(SimulationTrial trial, string shrunk)
    {
        using JsonDocument plan = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(shrunk, "plan.json")));
        string[] story = await File.ReadAllLinesAsync(Path.Combine(shrunk, "story.txt"));
        const string Mark = "VIOLATION";
        string? violated = story.FirstOrDefault(static line => line.Contains(Mark, StringComparison.Ordinal));
        if (trial.Id != FaultTrial.Sound)
        {
            _ = Directory.CreateDirectory(output);
            IEnumerable<string> kept = story.Length <= LongestStory
                ? story
                : [.. story[..(LongestStory / 2)], string.Create(CultureInfo.InvariantCulture, $"{"…",12}  {story.Length - LongestStory} more lines"), .. story[^(LongestStory / 2)..]];

            // The last line names a folder that is not kept.
            await File.WriteAllLinesAsync(Path.Combine(output, $"{trial.Id}.txt"), kept.Where(static line => !line.StartsWith("Run it again", StringComparison.Ordinal)));
        }

        return trial with
        {
            Steps = plan.RootElement.GetProperty("steps").GetArrayLength(),
            Devices = plan.RootElement.GetProperty("devices").GetInt32(),
            ShrunkClaim = violated?[(violated.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)..].Trim().Split(':')[0],
        };
    }
}
