using System.Globalization;
using System.Text.Json.Nodes;
using FireproofBench.Peers;

// --rounds N (default 5)   --only NAME,NAME   --growth N,N (default 1000,10000,100000; empty for none)   --out DIR   --small
Dictionary<string, string> options = [];
for (int i = 0; i < args.Length; i++)
{
    if (args[i] == "--small")
        options["--small"] = "";
    else if (args[i] is "--rounds" or "--only" or "--growth" or "--out" && i + 1 < args.Length)
        options[args[i]] = args[++i];
    else
        return Refuse($"'{args[i]}' is not understood; there are --rounds N, --only NAME,NAME, --growth N,N, --out DIR and --small.");
}

string source = FindSource();
Sizes sizes = options.ContainsKey("--small") ? Sizes.Small : Sizes.Full;
int rounds = int.Parse(options.GetValueOrDefault("--rounds", "5"), CultureInfo.InvariantCulture);
string[]? only = options.GetValueOrDefault("--only")?.Split(',');
string output = Path.GetFullPath(options.GetValueOrDefault("--out", Path.Combine(source, "..", "..", "results", "peers")));
int[] growthCounts = [.. options.GetValueOrDefault("--growth", "1000,10000,100000")
    .Split(',', StringSplitOptions.RemoveEmptyEntries)
    .Select(count => int.Parse(count, CultureInfo.InvariantCulture))];
Workload[] chosen = [.. Workloads.All.Where(workload => only is null || only.Contains(workload.Name))];
if (only is not null && chosen.Length != only.Length)
    return Refuse($"the workloads are {string.Join(", ", Workloads.All.Select(workload => workload.Name))}.");

const int WarmUps = 8;
DateTimeOffset started = DateTimeOffset.UtcNow;
string folder = Directory.CreateTempSubdirectory("fireproofbench-peers-").FullName;
try
{
    JsonObject reference;
    string theirs = Path.Combine(folder, "theirs");
    string ours = Path.Combine(folder, "ours");
    await Console.Error.WriteLineAsync("preparing databases");
    await using (NodePeer peer = NodePeer.Start(source))
    {
        reference = await peer.DescribeAsync();
        await peer.PrepareAsync(theirs, sizes);
    }

    Stage.Copy(theirs, ours);

    List<Comparison> comparisons = [];
    foreach (Workload workload in chosen)
    {
        // A process of its own for each workload: the engine keeps what it once read, and one process for all of them runs out of memory.
        await using NodePeer peer = NodePeer.Start(source);
        List<JsonObject> theirRounds = [];
        List<Round> ourRounds = [];

        // The first round warms both sides up and is not kept. Where one round of the reference engine is all there is time for, a minute of it or more,
        // it warms itself up; ours is over long before the runtime has compiled its path for good, so it gets rounds that are not kept.
        int warmUp = workload.Rounds == 1 ? 0 : 1;
        for (int round = 0; warmUp == 0 && round < WarmUps; round++)
            await RunOursAsync(workload, $"warm-up-{round}");
        for (int round = 0; round < Math.Min(rounds, workload.Rounds) + warmUp; round++)
        {
            JsonObject their = await peer.RoundAsync(workload.Name, theirs, Path.Combine(folder, "scratch"), sizes);
            Round our = await RunOursAsync(workload, $"{round}");
            if (round < warmUp)
                continue;
            theirRounds.Add(their);
            ourRounds.Add(our);
        }

        Comparison comparison = new(workload, theirRounds, ourRounds);
        comparisons.Add(comparison);
        await Console.Error.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"{workload.Name}: {comparison.ReferencePerOperation:F4} / {comparison.OursPerOperation:F4} ms = {comparison.Ratio:F1}x"));
    }

    List<Growth> growth = [];
    foreach (int count in growthCounts)
    {
        string scratch = Directory.CreateDirectory(Path.Combine(folder, $"growth-{count}")).FullName;
        growth.Add(await Growth.MeasureAsync(scratch, count));
        Directory.Delete(scratch, recursive: true);
        await Console.Error.WriteLineAsync(growth[^1].ToString());
    }

    async Task<Round> RunOursAsync(Workload workload, string round)
    {
        string scratch = Directory.CreateDirectory(Path.Combine(folder, $"ours-{workload.Name}-{round}")).FullName;
        GC.Collect();
        Round result = await workload.Run(new Stage(ours, scratch, sizes));
        Directory.Delete(scratch, recursive: true);
        return result;
    }

    await Report.WriteAsync(output, reference, sizes, started, comparisons, growth);
    Console.WriteLine(await File.ReadAllTextAsync(Path.Combine(output, "ratios.md")));
    return 0;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static int Refuse(string reason)
{
    Console.Error.WriteLine(reason);
    return 2;
}

static string FindSource()
{
    for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "reference.mjs")))
            return folder.FullName;
    }

    throw new DirectoryNotFoundException("The benchmark runs inside the repository: no folder above it holds reference.mjs.");
}
