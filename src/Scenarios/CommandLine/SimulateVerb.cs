using System.CommandLine;
using System.Globalization;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Scenarios.Simulating;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;
using FireproofBench.Simulation.Telling;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>simulate</c>: worlds of real databases, faults and stores in virtual time, one a seed.</summary>
internal sealed class SimulateVerb(Terminal terminal)
{
    private const int DefaultSeeds = 1000;
    private const int MostDevices = 26;
    private const int MostSteps = 100_000;

    // One of each claim that was violated: others of the same claim are often the same story.
    private const int MostShown = 3;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    private readonly Option<string?> _store = new("--store")
    {
        Description = "The remote store, such as eventual or 'sim:replicas?lag=5s&push=dropped'; without it each seed draws a sound one.",
        HelpName = "PROFILE",
    };

    private readonly Option<string?> _seeds = new("--seeds") { Description = $"Run these seeds; 1..{DefaultSeeds} without it.", HelpName = "FROM..TO" };
    private readonly Option<long?> _seed = new("--seed") { Description = "Run this seed alone and tell what happens.", HelpName = "N" };
    private readonly Option<string?> _plan = new("--plan") { Description = "Run a saved plan and tell what happens.", HelpName = "FILE" };
    private readonly Option<int> _devices = new("--devices") { Description = "How many devices, 1 to 26.", HelpName = "N", DefaultValueFactory = static _ => 3 };
    private readonly Option<int> _steps = new("--steps") { Description = "How many steps each world has.", HelpName = "N", DefaultValueFactory = static _ => 200 };
    private readonly Option<double?> _minutes = new("--minutes") { Description = "Go on with further seeds until that much time is over.", HelpName = "N" };
    private readonly Option<int?> _workers = new("--workers") { Description = "How many worlds run at once; as many as there are processors without it.", HelpName = "N" };
    private readonly Option<bool> _twice = new("--twice") { Description = "Run each seed twice: the two have to be alike in everything." };
    private readonly Option<int> _most = new("--stop-after") { Description = "End after that many violations.", HelpName = "N", DefaultValueFactory = static _ => 20 };
    private readonly Option<int> _shrink = new("--shrink") { Description = "How many runs may go into making a failure small; 0 for none.", HelpName = "RUNS", DefaultValueFactory = static _ => 400 };
    private readonly Option<bool> _full = new("--full") { Description = "Tell every request, also those that only look." };
    private readonly Option<string?> _json = new("--json") { Description = "Write the result as JSON; - for standard output.", HelpName = "FILE" };
    private readonly Option<string?> _history = new("--history") { Description = "Add the result to a history, a line each, and plot it beside it as FILE.html.", HelpName = "FILE" };
    private readonly Option<string?> _report = new("--report") { Description = "Write story, sequence diagram, clock (DOT, SVG) and plan of failures (or of --seed, --plan) there.", HelpName = "DIR" };

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "simulate",
            "Runs real databases among simulated stores, networks and disks on one thread in virtual time, and compares all that they were told and shown. The same seed gives the same run.",
            [
                "fireproofbench simulate                                          a thousand seeds over all sound stores",
                "fireproofbench simulate --store 'eventual?lag=5s' --seeds 1..200 one store",
                "fireproofbench simulate --seed 42                                what happens in one world, and its digest",
                "fireproofbench simulate --seed 42 --report out                   also as a Mermaid diagram, and its clock as DOT and SVG",
                "fireproofbench simulate --minutes 60 --seeds 1000000..1000000 --history nightly.jsonl",
                "fireproofbench simulate --store fault/B01                        a store whose answers end early: the claims that it breaks",
                "fireproofbench simulate --plan out/seed-42/plan.json             a failure again, as small as it was found",
                "",
                "Stores:",
                .. StoreProfiles.All.Select(static profile => $"  {profile.Name,-18} {profile.Model}"),
                "",
                "Exit codes: 0 all claims held, 1 one was violated, 2 could not run (wrong arguments), 130 interrupted.",
            ]);
        foreach (Option option in new Option[] { _store, _seeds, _seed, _plan, _devices, _steps, _minutes, _workers, _twice, _most, _shrink, _full, _json, _history, _report })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => Verb.GuardAsync(terminal, () => RunAsync(parsed, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        CampaignOptions options = Read(parsed);
        string? reports = parsed.GetValue(_report) is { } folder ? ResultFile.CheckFolder(folder, "--report") : null;
        if (parsed.GetValue(_plan) is { } file)
            return Tell(ReadPlan(file), reports, parsed.GetValue(_full));
        if (parsed.GetValue(_seed) is { } seed)
            return Tell(options.PlanOf(seed), reports, parsed.GetValue(_full));
        string? json = ResultFile.Check(parsed.GetValue(_json), "--json");
        string? history = ResultFile.Check(parsed.GetValue(_history), "--history");
        if (history == ResultFile.StandardOutput)
            throw new UsageException("--history: a history has lines of several campaigns. Name a file; --json - writes this one to standard output.");
        CampaignResult result = await new Campaign(options, Progress(options)).RunAsync(cancellation);
        if (terminal.ErrorIsTerminal)
            await terminal.Error.WriteAsync("\r\u001b[K");
        TextWriter lines = json == ResultFile.StandardOutput ? terminal.Error : terminal.Out;
        foreach (string line in CampaignText.Lines(result))
            await lines.WriteLineAsync(line);
        foreach (WorldResult shown in result.Failures.DistinctBy(static failure => failure.Violations[0].Claim).Take(MostShown))
            await ShrinkAsync(shown, parsed.GetValue(_shrink), reports, lines, cancellation);

        // A file that cannot be written hides nothing of what was found.
        ResultFile.Write(json, terminal.Out, stream => CampaignJson.Write(result, stream, isIndented: true));
        if (history is not null)
            CampaignHistory.Add(history, result);
        return cancellation.IsCancellationRequested ? ExitCodes.Interrupted : result.IsSound ? ExitCodes.Success : ExitCodes.Violation;
    }

    private CampaignOptions Read(ParseResult parsed)
    {
        SeedRange seeds = new(1, DefaultSeeds);
        if (parsed.GetValue(_seeds) is { } text && !SeedRange.TryParse(text, out seeds))
            throw new UsageException($"--seeds: '{text}' is not FROM..TO with whole numbers, such as 1..1000.");
        int devices = parsed.GetValue(_devices);
        if (devices is < 1 or > MostDevices)
            throw new UsageException($"--devices: 1 to {MostDevices}.");
        int steps = parsed.GetValue(_steps);
        if (steps is < 1 or > MostSteps)
            throw new UsageException($"--steps: 1 to {MostSteps}.");
        if (parsed.GetValue(_minutes) is { } minutes and not (> 0 and <= 100_000))
            throw new UsageException("--minutes: above 0, at most 100000.");
        if (parsed.GetValue(_workers) is < 1 or > 1024)
            throw new UsageException("--workers: 1 to 1024.");
        return new CampaignOptions
        {
            Seeds = seeds,
            Store = ReadStore(parsed.GetValue(_store)),
            Devices = devices,
            Steps = steps,
            Duration = parsed.GetValue(_minutes) is { } duration ? TimeSpan.FromMinutes(duration) : null,
            Workers = parsed.GetValue(_workers) ?? Environment.ProcessorCount,
            Twice = parsed.GetValue(_twice),
            MostViolations = parsed.GetValue(_most) is var most and > 0 ? most : throw new UsageException("--stop-after: at least 1."),
        };
    }

    private static string? ReadStore(string? store)
    {
        if (store is null)
            return null;
        string address = store.StartsWith("sim:", StringComparison.Ordinal) ? store : "sim:" + store;
        try
        {
            _ = SimulatedUrl.Parse(address);
            return address;
        }
        catch (StorageException wrong)
        {
            throw new UsageException($"--store: {wrong.Reason}.");
        }
    }

    private static Plan ReadPlan(string file)
    {
        try
        {
            return PlanText.Read(File.ReadAllText(file));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new UsageException($"--plan: '{file}' cannot be read: {wrong.Message}");
        }
    }

    private int Tell(Plan plan, string? reports, bool isFull)
    {
        (WorldResult result, string? notKept) = Run(plan, reports);
        foreach (string line in Story.Lines(result, isFull))
            terminal.Out.WriteLine(line);
        terminal.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Elapsed.TotalSeconds:f3} s, {result.WorldSteps} steps of code, {result.Acknowledged.Count} writes acknowledged, {result.Readings} readings compared, {result.Requests} requests; digest {result.Digest}"));
        return notKept is not null ? throw new UsageException(notKept) : result.IsSound ? ExitCodes.Success : ExitCodes.Violation;
    }

    private static (WorldResult Told, string? NotKept) Run(Plan plan, string? reports) =>
        reports is null ? (WatchedWorld.Run(plan, keepsTrace: true), null) : FailureFolder.Write(plan, FailureFolder.Of(reports, plan.Seed));

    private Action<long, WorldResult> Progress(CampaignOptions options)
    {
        long shown = 0;
        int violations = 0;
        return (seeds, newest) =>
        {
            violations += newest.IsSound ? 0 : 1;
            long now = Environment.TickCount64;
            bool isDue = terminal.ErrorIsTerminal ? now - shown > s_pause.TotalMilliseconds : now - shown > 30_000;
            if (!isDue)
                return;
            shown = now;
            string whole = options.Duration is null ? string.Create(CultureInfo.InvariantCulture, $"/{options.Seeds.Count}") : "";
            string line = string.Create(CultureInfo.InvariantCulture, $"[{seeds}{whole}] seed {newest.Plan.Seed}, {violations} violations");
            terminal.Error.Write(terminal.ErrorIsTerminal ? $"\r\u001b[K{line}" : line + Environment.NewLine);
            terminal.Error.Flush();
        };
    }

    private async Task ShrinkAsync(WorldResult failure, int runs, string? reports, TextWriter lines, CancellationToken cancellation)
    {
        if (runs <= 0)
            return;
        WorldResult small = failure;
        try
        {
            small = await Task.Run(() => Shrinking.Shrink(failure, runs, failure.IsEndless ? WorldProcess.Run : null, ShowSmaller, cancellation), CancellationToken.None);
        }
        catch (UsageException unable)
        {
            // What was found is told as it is.
            await terminal.Error.WriteLineAsync($"fireproofbench: {unable.Message}");
        }

        if (terminal.ErrorIsTerminal)
            await terminal.Error.WriteAsync("\r\u001b[K");
        await lines.WriteLineAsync();
        (WorldResult told, string? notKept) = Run(small.Plan, reports);
        foreach (string line in Story.Lines(told, isFull: false))
            await lines.WriteLineAsync(line);
        await lines.WriteLineAsync(notKept is not null ? $"fireproofbench: {notKept}" : reports is null
            ? "With --report DIR the plan, the diagram and the graph of this are kept, and --plan runs it again."
            : $"Kept in {FailureFolder.Of(reports, small.Plan.Seed)}.");
    }

    private void ShowSmaller(WorldResult smaller, int runs)
    {
        if (!terminal.ErrorIsTerminal)
            return;
        terminal.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[Kshrinking: {smaller.Plan.Steps.Length} steps and {smaller.Plan.Devices} devices after {runs} runs"));
        terminal.Error.Flush();
    }
}
