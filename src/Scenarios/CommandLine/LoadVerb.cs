using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Loading;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>load SCENARIO URL</c>: how a store behaves under load, with every content looked at.</summary>
internal sealed class LoadVerb(Terminal terminal, StoreOpener stores)
{
    private const int MostBlocked = 256;
    private const int SpareThreads = 8;
    private static readonly TimeSpan s_cleanUp = TimeSpan.FromMinutes(10);

    private readonly Argument<string?> _scenario = new("SCENARIO") { Description = "What to do; --list names them.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string?> _url = new("URL") { Description = "The store, as for conform.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _list = new("--list") { Description = "List the scenarios and run nothing." };
    private readonly Option<string?> _rate = new("--rate") { Description = "Open model: iterations begin at this rate, whatever became of those before.", HelpName = "N/s" };
    private readonly Option<string?> _writers = new("--writers") { Description = "Closed model: so many at once, each one after the other; 16 without --rate and --plan.", HelpName = "N" };
    private readonly Option<string?> _plan = new("--plan") { Description = "Stretches of load one after the other, in place of --rate, --writers and --duration.", HelpName = "TEXT" };
    private readonly Option<string?> _arrivals = new("--arrivals") { Description = "How an open model spreads its arrivals: constant or poisson.", HelpName = "KIND" };
    private readonly Option<string> _duration = new("--duration") { Description = "How long to measure.", HelpName = "TIME", DefaultValueFactory = static _ => "30s" };
    private readonly Option<string?> _warmUp = new("--warm-up") { Description = "How long the load is as at the start before that is measured.", HelpName = "TIME" };
    private readonly Option<int> _workers = new("--workers") { Description = "Open model: how many iterations are under way at most; later ones wait.", HelpName = "N", DefaultValueFactory = static _ => 64 };
    private readonly Option<string> _size = new("--size") { Description = "Length of each content, such as 4KiB.", HelpName = "BYTES", DefaultValueFactory = static _ => "4KiB" };
    private readonly Option<int> _items = new("--items") { Description = "How many objects or documents there are.", HelpName = "N", DefaultValueFactory = static _ => 1000 };
    private readonly Option<bool> _shared = new("--shared") { Description = "All write the same documents or objects, in place of each its own." };
    private readonly Option<string[]> _thresholds = new("--threshold") { Description = "What the run has to keep, such as 'p99(put) < 200ms'; may be given again. That there is no anomaly always is one.", HelpName = "EXPR" };
    private readonly Option<long?> _maxRequests = new("--max-requests") { Description = "End after that many requests.", HelpName = "N" };
    private readonly Option<string?> _maxBytes = new("--max-bytes") { Description = "End after that many bytes to and from the store.", HelpName = "BYTES" };
    private readonly Option<long?> _seed = new("--seed") { Description = "Decides everything left to chance; a run tells its own.", HelpName = "N" };
    private readonly Option<string> _results = new("--results") { Description = "Where the folder of the run goes.", HelpName = "DIR", DefaultValueFactory = static _ => "results" };
    private readonly Option<bool> _keep = new("--keep") { Description = "Leave the objects of the run in the store." };
    private readonly Option<string?> _token = AccessToken.Option();

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "load",
            "Puts load on a store and measures it: latencies from the intended start, and every content looked at.",
            [
                "fireproofbench load concurrent-writers /srv/data --writers 16 --duration 1m",
                "fireproofbench load concurrent-writers http://127.0.0.1:8787 --rate 50/s --threshold 'p99(upload) < 500ms'",
                "fireproofbench load raw-put 's3://bucket?endpoint=http://127.0.0.1:9000&pathStyle=true' --rate 200/s --size 64KiB",
                "fireproofbench load raw-put memory: --plan 'inject 100/s 10s; ramping-inject 100/s 2000/s 1m; pause 5s; keep-constant 8 10s'",
                "fireproofbench load raw-get /srv/data --items 10000 --arrivals poisson --rate 500/s --max-requests 100000",
                "fireproofbench load --list                                  all scenarios, with the question that each answers",
                "",
                $"Thresholds: {Threshold.Form}.",
                "Exit codes: 0 all well, 1 a threshold broke or an anomaly was seen, 2 could not run, or not look at everything, 130 interrupted, after clean-up.",
            ]);
        command.Arguments.Add(_scenario);
        command.Arguments.Add(_url);
        foreach (Option option in new Option[]
        {
            _list, _rate, _writers, _plan, _arrivals, _duration, _warmUp, _workers, _size, _items, _shared, _thresholds, _maxRequests, _maxBytes, _seed, _results, _keep, _token,
        })
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => Verb.GuardAsync(terminal, () => RunAsync(parsed, cancellation)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_list))
            return List();
        ScenarioEntry entry = ReadScenario(parsed.GetValue(_scenario));
        string url = parsed.GetValue(_url) ?? throw new UsageException("load needs the URL of a store behind the scenario, such as a folder. See 'fireproofbench load --help'.");
        LoadPlan plan = ReadPlan(parsed);
        ScenarioSettings settings = ReadSettings(parsed);
        long seed = parsed.GetValue(_seed) ?? RandomNumberGenerator.GetInt32(1, int.MaxValue);
        string results = ResultFile.CheckFolder(parsed.GetValue(_results)!, "--results");
        Secret? token = AccessToken.Read(parsed.GetValue(_token));
        await using StoreUnderTest store = await stores(url, token, cancellation);
        if (store.World is not null)
            throw new UsageException($"{store.Url} lives in virtual time, and load takes real time. Name a folder, a bucket, an endpoint or memory:.");
        LoadTarget target = new(store, seed, SystemEntropy.Instance);
        if (entry.NeedsDatabases && !target.HasDatabases)
            throw new UsageException($"{entry.Name} needs a store with heads, and {store.Url} gives objects only. The raw scenarios run there.");
        ILoadScenario scenario = entry.Create(target, settings);
        ImmutableArray<Threshold> thresholds = ReadThresholds(parsed.GetValue(_thresholds) ?? [], scenario);
        Func<string?> budget = ReadBudget(parsed, target);
        if (await IsTakenAsync(target, cancellation))
            throw new UsageException($"there are objects under '{target.Prefix}' in {store.Url}: a run with this seed is under way or was left. Take another --seed, or remove them.");

        KnownProvider? provider = ProviderRecognition.Of(store.Url, store.Data.Traits)?.Provider;
        LoadOptions options = new() { Seed = seed, Workers = parsed.GetValue(_workers), EndsEarly = budget };
        LoadManifest manifest = new()
        {
            Scenario = entry,
            Url = store.Url,
            Provider = provider?.Id ?? store.Data.Traits.Provider,
            Seed = seed,
            Plan = plan,
            Workers = LoadRun.WorkersOf(plan, options),
            Settings = settings,
            Version = typeof(LoadVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        };

        // A folder's calls block their threads, and the pool would add only one or two a second.
        ThreadPool.GetMinThreads(out int threads, out int ports);
        _ = ThreadPool.SetMinThreads(Math.Max(threads, Math.Min(manifest.Workers, MostBlocked) + SpareThreads), ports);
        return await RunAsync(scenario, target, manifest, options, thresholds, provider, results, parsed.GetValue(_keep), cancellation);
    }

    private async Task<int> RunAsync(
        ILoadScenario scenario, LoadTarget target, LoadManifest manifest, LoadOptions options, ImmutableArray<Threshold> thresholds, KnownProvider? provider, string results, bool keep,
        CancellationToken cancellation)
    {
        using LoadFolder folder = LoadFolder.Create(results, manifest, TimeProvider.System.GetUtcNow());
        LoadWatch watch = new(terminal, folder, manifest.Plan.Duration);
        await terminal.Error.WriteLineAsync($"{manifest.Scenario.Name} on {manifest.Url}, seed {manifest.Seed}: {LoadPlanText.Write(manifest.Plan.Simulations)}; results in {folder.Path}");
        LoadOutcome outcome;
        string? unverified = null;
        IReadOnlyList<string> left = [];
        try
        {
            Func<string?>? budget = options.EndsEarly;
            outcome = await LoadRun.RunAsync(scenario, manifest.Plan, options with { EndsEarly = () => watch.Failure ?? budget?.Invoke() }, watch, cancellation);
            watch.Clear();
            unverified = outcome.Interrupted ? "the run was interrupted" : await VerifyAsync(scenario, outcome, cancellation);
        }
        catch (StorageException failure)
        {
            throw new UsageException($"the scenario could not be prepared: {failure.Message}");
        }
        finally
        {
            if (scenario is IAsyncDisposable disposable)
                await disposable.DisposeAsync();
            left = keep ? [] : await CleanAsync(target);
        }

        LoadAftermath after = new(target.Meter.Requests, target.Meter.Sent, target.Meter.Received, [.. left], unverified);
        ImmutableArray<ThresholdResult> judged = ThresholdCheck.Of(outcome, thresholds);
        foreach (string line in LoadText.Lines(manifest, outcome, after, judged))
            await terminal.Out.WriteLineAsync(line);
        try
        {
            folder.Finish(manifest, outcome, after, judged, LoadPage.Of(manifest, outcome, after, judged, provider));
        }
        catch (IOException failure)
        {
            throw new UsageException($"the result could not be written to '{folder.Path}': {failure.Message}");
        }

        if (watch.Failure is { } lost)
            throw new UsageException(lost);
        return outcome.Interrupted ? ExitCodes.Interrupted
            : judged.Any(static result => !result.Holds) ? ExitCodes.Violation
            : left.Count > 0 || unverified is not null ? ExitCodes.CouldNotRun
            : ExitCodes.Success;
    }

    private static async Task<string?> VerifyAsync(ILoadScenario scenario, LoadOutcome outcome, CancellationToken cancellation)
    {
        try
        {
            await scenario.VerifyAsync(outcome.Recorder, cancellation);
            return null;
        }
        catch (OperationCanceledException)
        {
            return cancellation.IsCancellationRequested ? "the run was interrupted" : "the devices did not come together in time";
        }
        catch (StorageException failure)
        {
            return failure.Message;
        }
    }

    // Also after an interruption: what is left behind costs the user.
    private async Task<IReadOnlyList<string>> CleanAsync(LoadTarget target)
    {
        using CancellationTokenSource patience = new(s_cleanUp);
        try
        {
            return await target.CleanAsync(patience.Token);
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync($"fireproofbench: the objects under '{target.Prefix}' could not all be removed: {failure.Message}");
            return [target.Prefix];
        }
    }

    private static async Task<bool> IsTakenAsync(LoadTarget target, CancellationToken cancellation)
    {
        try
        {
            return await target.IsTakenAsync(cancellation);
        }
        catch (StorageException failure)
        {
            throw new UsageException(failure.Message);
        }
    }

    private int List()
    {
        foreach (ScenarioEntry entry in ScenarioBook.All)
            terminal.Out.WriteLine($"{entry.Name,-22} {entry.Question}");
        return ExitCodes.Success;
    }

    private static ScenarioEntry ReadScenario(string? name) => name is null
        ? throw new UsageException("load needs a scenario and the URL of a store. 'fireproofbench load --list' names the scenarios.")
        : ScenarioBook.Find(name) ?? throw new UsageException($"there is no scenario '{name}'. 'fireproofbench load --list' names them all.");

    private LoadPlan ReadPlan(ParseResult parsed)
    {
        string? rate = parsed.GetValue(_rate);
        string? writers = parsed.GetValue(_writers);
        string? plan = parsed.GetValue(_plan);
        if (new[] { rate, writers, plan }.Count(static given => given is not null) > 1)
            throw new UsageException("--rate is an open model, --writers a closed one, and --plan names both: give one of the three.");
        if (parsed.GetValue(_workers) is < 1 or > LoadPlan.MaxCopies)
            throw new UsageException($"--workers: 1 to {LoadPlan.MaxCopies}.");
        string option = plan is not null ? "--plan" : rate is not null ? "--rate" : "--writers";
        try
        {
            string duration = parsed.GetValue(_duration)!;
            ImmutableArray<LoadSimulation> simulations = LoadPlanText.Read(plan ?? (rate is not null ? $"inject {rate} {duration}" : $"keep-constant {writers ?? "16"} {duration}"));
            option = "--warm-up";
            TimeSpan warmUp = parsed.GetValue(_warmUp) is { } text ? LoadPlanText.ReadDuration(text) : TimeSpan.Zero;
            return new LoadPlan(simulations, warmUp, ReadArrivals(parsed.GetValue(_arrivals)));
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"{option}: {wrong.Message}.");
        }
    }

    private static Arrivals ReadArrivals(string? text) => text?.ToLowerInvariant() switch
    {
        null or "constant" => Arrivals.Constant,
        "poisson" => Arrivals.Poisson,
        _ => throw new UsageException($"--arrivals: '{text}' is neither constant nor poisson."),
    };

    private ScenarioSettings ReadSettings(ParseResult parsed)
    {
        if (!ByteLength.TryParse(parsed.GetValue(_size)!, out long size) || size is < ScenarioSettings.LeastSize or > ScenarioSettings.MostSize)
            throw new UsageException($"--size: a length from {ScenarioSettings.LeastSize} bytes to {ScenarioSettings.MostSize >> 20} MiB, such as 4KiB.");
        int items = parsed.GetValue(_items);
        return items is >= 1 and <= ScenarioSettings.MostItems
            ? new ScenarioSettings { Size = (int)size, Items = items, IsShared = parsed.GetValue(_shared) }
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--items: 1 to {ScenarioSettings.MostItems}."));
    }

    private static ImmutableArray<Threshold> ReadThresholds(string[] texts, ILoadScenario scenario)
    {
        try
        {
            return [.. texts.Append("anomalies == 0").Distinct().Select(text => Threshold.Read(text, scenario.Steps))];
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"--threshold: {wrong.Message}.");
        }
    }

    private Func<string?> ReadBudget(ParseResult parsed, LoadTarget target)
    {
        long? requests = parsed.GetValue(_maxRequests);
        if (requests is <= 0)
            throw new UsageException("--max-requests: at least 1.");
        long? bytes = null;
        if (parsed.GetValue(_maxBytes) is { } text)
            bytes = ByteLength.TryParse(text, out long most) && most > 0 ? most : throw new UsageException($"--max-bytes: '{text}' is no length such as 500MB or 2GiB.");
        return () => target.Meter.Requests.Total >= requests ? string.Create(CultureInfo.InvariantCulture, $"{requests:N0} requests were made, as many as --max-requests allows")
            : target.Meter.Sent + target.Meter.Received >= bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes were moved, as many as --max-bytes allows")
            : null;
    }
}
