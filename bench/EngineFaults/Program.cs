using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FireproofBench.EngineFaults;

// [--by conform|simulation] [--minutes N] [--parallel N] [--only G01,G05] [--out FOLDER] [--keep]
// Exit codes: 0 all faults caught, 1 one was missed, 2 it could not run: wrong arguments, an edit that no longer fits the sources, or a clause or claim that fails without any fault.
const string Usage = "[--by conform|simulation] [--minutes N] [--parallel N] [--only ID,ID] [--out FOLDER] [--keep]";
const int SoundSeeds = 300;
string? folder = null;
bool bySimulation = false;

// How many faults are tried at once.
int parallel = 1;

// How long the worlds of one fault may take.
double minutes = 6;
ImmutableArray<EngineFault> faults = EngineFaultCatalogue.Faults;
bool keep = false;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--keep":
            keep = true;
            break;
        case "--by" when i + 1 < args.Length && args[i + 1] is "conform" or "simulation":
            bySimulation = args[++i] == "simulation";
            break;
        case "--minutes" when i + 1 < args.Length && double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out minutes):
            i++;
            break;
        case "--parallel" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out parallel) && parallel > 0:
            i++;
            break;
        case "--out" when i + 1 < args.Length:
            folder = args[++i];
            break;
        case "--only" when i + 1 < args.Length:
            string[] only = args[++i].Split(',', StringSplitOptions.RemoveEmptyEntries);
            faults = [.. faults.Where(fault => only.Contains(fault.Id))];
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}

if (!bySimulation)
    faults = faults.RemoveAll(static fault => fault.Killers.IsEmpty);
string output = folder ?? (bySimulation ? "results/simulation/power" : "results/conformance/power");
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
    SourceEdit[] unmatched = [.. faults.SelectMany(fault => sources.Unmatched(bySimulation ? fault with { Edits = fault.EditsInWorlds } : fault))];
    foreach (SourceEdit edit in unmatched)
        Console.Error.WriteLine($"{edit.File} does not say exactly once: {edit.Text}");
    if (unmatched.Length > 0)
        return 2;

    FaultyTool tool = new(sources);
    if (await tool.BuildAsync() is { } broken)
    {
        Console.Error.WriteLine(broken);
        return 2;
    }

    return bySimulation ? await SimulateAsync(sources, tool) : await ConformAsync(sources, tool);
}

async Task<int> SimulateAsync(FaultySources sources, FaultyTool tool)
{
    SimulationTrials trials = new(tool, Path.Combine(sources.Folder, "trials"), output);
    using SemaphoreSlim free = new(parallel);
    List<Task<SimulationTrial>> running = [StartAsync(FaultTrial.Sound)];
    foreach (EngineFault fault in faults)
    {
        sources.Apply(fault with { Edits = fault.EditsInWorlds });
        running.Add(await tool.BuildAsync() is { } unbuilt
            ? Task.FromResult(new SimulationTrial(fault.Id, 0, 0) { Trouble = unbuilt })
            : StartAsync(fault.Id));
        sources.Restore();
    }

    List<SimulationTrial> all = [.. await Task.WhenAll(running)];
    if (all[0].IsFound || all[0].Trouble is not null)
    {
        Console.Error.WriteLine("without any fault a claim is violated: what is found proves nothing");
        return 2;
    }

    await WriteAsync(all, SimulationReport.Write(faults, all.ToDictionary(static trial => trial.Id), minutes));
    return all.TrueForAll(static trial => trial.Id == FaultTrial.Sound || trial.IsFound) ? 0 : 1;

    // The copy is made before the next build begins.
    Task<SimulationTrial> StartAsync(string id)
    {
        trials.Keep(id);
        return RunAsync(id);
    }

    async Task<SimulationTrial> RunAsync(string id)
    {
        await free.WaitAsync();
        try
        {
            SimulationTrial trial = id == FaultTrial.Sound ? await trials.RunAsync(id, SoundSeeds) : await trials.RunAsync(id, minutes: minutes);
            Console.Error.WriteLine($"{id}: {Outcome(trial)}");
            return trial;
        }
        finally
        {
            _ = free.Release();
        }
    }
}

async Task<int> ConformAsync(FaultySources sources, FaultyTool tool)
{
    FaultTrials trials = new(sources, tool);

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
        string? unbuilt = await tool.BuildAsync();
        FaultTrial trial = unbuilt is null
            ? await trials.JudgeAsync(fault.Id, fault.Store, fault.Killers)
            : new FaultTrial(fault.Id, fault.Store, ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, string>.Empty, unbuilt);
        sources.Restore();
        all.Add(trial);
        Console.Error.WriteLine($"{fault.Id} {fault.Name}: {Told(trial)}");
    }

    await WriteAsync(all, EngineFaultReport.Write(faults, all.Where(static trial => trial.Id != FaultTrial.Sound).ToDictionary(static trial => trial.Id)));
    return all.TrueForAll(static trial => trial.Id == FaultTrial.Sound || trial.IsCaught) ? 0 : 1;
}

async Task WriteAsync<T>(List<T> all, string page)
{
    _ = Directory.CreateDirectory(output);
    JsonSerializerOptions written = new(JsonSerializerDefaults.Web) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    await File.WriteAllTextAsync(Path.Combine(output, "engine.json"), JsonSerializer.Serialize(all, written) + "\n");
    await File.WriteAllTextAsync(Path.Combine(output, "engine.md"), page);
    Console.WriteLine(page);
}

static string Outcome(SimulationTrial trial) => trial.Trouble ?? (trial.IsFound
    ? string.Create(CultureInfo.InvariantCulture, $"{trial.Claim} at seed {trial.Seed}, {trial.Steps} steps and {trial.Devices} devices when shrunk ({trial.Evidence})")
    : string.Create(CultureInfo.InvariantCulture, $"nothing in {trial.Seeds} seeds"));

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
