using System.Text.Json;

namespace FireproofBench.EngineFaults;

/// <summary>Lets what was built from sources, sound or faulty, judge a store.</summary>
/// <param name="sources">The sources.</param>
/// <param name="tool">What is built from them.</param>
internal sealed class FaultTrials(FaultySources sources, FaultyTool tool)
{
    // A run takes less than a minute: one that takes longer than this does not end.
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    /// <summary>Judges a store with what was built last.</summary>
    /// <param name="id">Whose trial it is.</param>
    /// <param name="store">The store.</param>
    /// <param name="clauses">The only clauses to run.</param>
    public async Task<FaultTrial> JudgeAsync(string id, string store, IEnumerable<string> clauses)
    {
        switch (store)
        {
            case EngineFault.Endpoint:
                await using (ServedStore served = await ServedStore.StartAsync(tool.Assembly))
                    return await JudgeAsync(id, store, served.Address, clauses);
            case EngineFault.Folder:
                string folder = Directory.CreateTempSubdirectory("engine-faults-store-").FullName;
                try
                {
                    return await JudgeAsync(id, store, folder, clauses);
                }
                finally
                {
                    Directory.Delete(folder, recursive: true);
                }

            default:
                return await JudgeAsync(id, store, store, clauses);
        }
    }

    private async Task<FaultTrial> JudgeAsync(string id, string store, string url, IEnumerable<string> clauses)
    {
        string report = Path.Combine(sources.Folder, "report.json");
        File.Delete(report);
        (int? exit, string output) = await Dotnet.RunAsync(
            _patience, tool.Assembly, "conform", url, "--only", string.Join(',', clauses), "--budget", "standard", "--seed", "7", "--json", report);
        Dictionary<string, string> outcomes = new(StringComparer.Ordinal);
        Dictionary<string, string> failed = new(StringComparer.Ordinal);
        if (exit is null || !File.Exists(report))
            return new FaultTrial(id, store, outcomes, failed, exit is null ? "the run did not end" : $"the run gave no report: {output.Trim().Split('\n')[^1]}");
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(report));
        foreach (JsonElement clause in json.RootElement.GetProperty("clauses").EnumerateArray())
        {
            string name = clause.GetProperty("id").GetString()!;
            outcomes[name] = clause.GetProperty("outcome").GetString()!;
            if (outcomes[name] == "failed")
                failed[name] = clause.GetProperty("evidence").GetString() ?? "";
        }

        return new FaultTrial(id, store, outcomes, failed, null);
    }
}
