using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using FireproofBench.EngineFaults;

// [--only G01,G05] [--out FOLDER] [--keep]
// Exit codes: 0 all faults caught, 1 one was missed, 2 it could not run: wrong arguments, an edit that no longer fits the sources, or a clause that fails without any fault.
string output = "results/conformance/power";
ImmutableArray<EngineFault> faults = EngineFaultCatalogue.Faults;
bool keep = false;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--keep":
            keep = true;
            break;
        case "--out" when i + 1 < args.Length:
            output = args[++i];
            break;
        case "--only" when i + 1 < args.Length:
            string[] only = args[++i].Split(',', StringSplitOptions.RemoveEmptyEntries);
            faults = [.. faults.Where(fault => only.Contains(fault.Id))];
            break;
        default:
            Console.Error.WriteLine("[--only ID,ID] [--out FOLDER] [--keep]");
            return 2;
    }
}

string scratch = Directory.CreateTempSubdirectory("engine-faults-").FullName;
try
{
    return await RunAsync(FaultySources.Copy(Repository(), scratch));
}
finally
{
    if (keep)
        Console.Error.WriteLine($"the sources are kept in {scratch}");
    else
        Directory.Delete(scratch, recursive: true);
}

async Task<int> RunAsync(FaultySources sources)
{
    SourceEdit[] unmatched = [.. faults.SelectMany(fault => sources.Unmatched(fault))];
    foreach (SourceEdit edit in unmatched)
        Console.Error.WriteLine($"{edit.File} does not say exactly once: {edit.Text}");
    if (unmatched.Length > 0)
        return 2;

    FaultTrials trials = new(sources);
    if (await trials.BuildAsync() is { } broken)
    {
        Console.Error.WriteLine(broken);
        return 2;
    }

    // A clause that fails without the fault proves nothing, nor does one that does not judge the store at all.
    List<FaultTrial> all = [];
    foreach (IGrouping<string, EngineFault> store in faults.GroupBy(static fault => fault.Store))
    {
        FaultTrial sound = await trials.JudgeAsync(FaultTrial.Sound, store.Key, store.SelectMany(static fault => fault.Killers).Distinct());
        all.Add(sound);
        Console.Error.WriteLine($"{FaultTrial.Sound} {store.Key}: {Told(sound)}");
        string[] mute = [.. store.Where(fault => !fault.Killers.Any(killer => sound.Clauses.GetValueOrDefault(killer) == "passed")).Select(static fault => fault.Id)];
        if (sound.Trouble is null && sound.Failed.Count == 0 && mute.Length == 0)
            continue;
        Console.Error.WriteLine($"without any fault clauses fail on {store.Key}, or none judges it for {string.Join(", ", mute)}");
        return 2;
    }

    foreach (EngineFault fault in faults)
    {
        sources.Apply(fault);
        string? unbuilt = await trials.BuildAsync();
        FaultTrial trial = unbuilt is null
            ? await trials.JudgeAsync(fault.Id, fault.Store, fault.Killers)
            : new FaultTrial(fault.Id, fault.Store, ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, string>.Empty, unbuilt);
        sources.Restore();
        all.Add(trial);
        Console.Error.WriteLine($"{fault.Id} {fault.Name}: {Told(trial)}");
    }

    _ = Directory.CreateDirectory(output);
    JsonSerializerOptions written = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    await File.WriteAllTextAsync(Path.Combine(output, "engine.json"), JsonSerializer.Serialize(all, written) + "\n");
    string page = EngineFaultReport.Write(faults, all.Where(static trial => trial.Id != FaultTrial.Sound).ToDictionary(static trial => trial.Id));
    await File.WriteAllTextAsync(Path.Combine(output, "engine.md"), page);
    Console.WriteLine(page);
    return all.TrueForAll(static trial => trial.Id == FaultTrial.Sound || trial.IsCaught) ? 0 : 1;
}

static string Told(FaultTrial trial) => trial.Trouble ?? string.Join("; ", trial.Clauses.Select(clause => $"{clause.Key} {clause.Value}{(trial.Failed.TryGetValue(clause.Key, out string? evidence) ? $" ({evidence})" : "")}"));

static string Repository()
{
    for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        if (File.Exists(Path.Combine(folder.FullName, "FireproofBench.sln")))
            return folder.FullName;
    }

    throw new DirectoryNotFoundException("the program runs inside the repository");
}
