using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using FireproofBench.Load.Comparing;
using FireproofBench.Load.Feeds;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Loading;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary><c>load SCENARIO URL</c>: how a store behaves under load, with contents looked at.</summary>
internal sealed class LoadVerb(Terminal terminal, StoreOpener stores, TimeProvider time)
{
    private const int MostPairs = 100;

    // Whoever means another day has mistyped it, and would wait for it.
    private const int MostHoursAhead = 24;
    private static readonly string[] s_startForms = ["yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    private readonly Argument<string?> _scenario = new("SCENARIO") { Description = "What to do; --list names them.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string?> _url = new("URL") { Description = "The store, as for conform.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _list = new("--list") { Description = "List the scenarios and run nothing." };
    private readonly Option<string?> _rate = new("--rate") { Description = "Open model: iterations begin at this rate, whatever became of those before.", HelpName = "N/s" };
    private readonly Option<string?> _writers = new("--writers") { Description = "Closed model: so many at once, each one after the other; 16 without --rate and --plan.", HelpName = "N" };
    private readonly Option<string?> _plan = new("--plan") { Description = "Stretches of load one after the other, in place of --rate, --writers and --duration.", HelpName = "TEXT" };
    private readonly Option<string?> _arrivals = new("--arrivals") { Description = "How an open model spreads its arrivals: constant or poisson.", HelpName = "KIND" };
    private readonly Option<string> _duration = new("--duration") { Description = "How long to measure.", HelpName = "TIME", DefaultValueFactory = static _ => "30s" };
    private readonly Option<string?> _warmUp = new("--warm-up") { Description = "How long the load is as at the start before that is measured.", HelpName = "TIME" };
    private readonly Option<string?> _startAt = new("--start-at") { Description = "When the load begins, such as 2026-12-01T02:00:00Z, up to 24 hours ahead, so that several processes begin at once; without it, as soon as all is prepared.", HelpName = "TIME" };
    private readonly Option<int> _workers = new("--workers") { Description = "Open model: how many iterations are under way at most; later ones wait.", HelpName = "N", DefaultValueFactory = static _ => 64 };
    private readonly Option<string?> _size = new("--size") { Description = "Length of each content, such as 4KiB; each scenario has a default, as a rule this.", HelpName = "BYTES" };
    private readonly Option<int?> _items = new("--items") { Description = "How many objects or documents there are; each scenario has a default, as a rule 1000.", HelpName = "N" };
    private readonly Option<bool> _shared = new("--shared") { Description = "All write the same documents or objects, in place of each its own." };
    private readonly Option<string?> _feed = new("--feed") { Description = "Rows of data: a file of comma-separated values with a line of names, or of a JSON object a line. Each document that is written has the fields of a row; with raw-put and raw-get each object is as long as the field size says.", HelpName = "FILE" };
    private readonly Option<string?> _feedOrder = new("--feed-order") { Description = "Which row comes next: circular, one after the other and then from the first again; random, by the seed; or constant, one for each worker.", HelpName = "ORDER" };
    private readonly Option<string[]> _thresholds = new("--threshold") { Description = "What the run has to keep, such as 'p99(put) < 200ms'; may be given again. That there is no anomaly always is one.", HelpName = "EXPR" };
    private readonly Option<string?> _verify = new("--verify") { Description = "How many of the contents raw-put reads back in the end, any with the same chance: all, or so many, 4000 where nothing is said. The other scenarios look at all.", HelpName = "all|N" };
    private readonly Option<long?> _maxRequests = new("--max-requests") { Description = "End after that many requests, those of the preparation and with --against of all runs among them.", HelpName = "N" };
    private readonly Option<string?> _maxBytes = new("--max-bytes") { Description = "End after that many bytes to and from the store, those of the preparation and with --against of all runs among them.", HelpName = "BYTES" };
    private readonly Option<double?> _maxCost = new("--max-cost") { Description = "End when requests and traffic, those of the preparation and with --against of all runs among them, have cost that much, by the provider's published prices; storage is not counted.", HelpName = "USD" };
    private readonly Option<string?> _prices = new("--prices") { Description = $"Prices of the store where none are known, in US dollars for a million requests and for a gigabyte received: {LoadPrices.Example}.", HelpName = "TEXT" };
    private readonly Option<string?> _provider = KnownProviders.ProviderOption();
    private readonly Option<string?> _against = new("--against") { Description = "A second store: runs on both take turns, and are compared.", HelpName = "URL" };
    private readonly Option<int> _pairs = new("--pairs") { Description = "With --against: how many runs on each.", HelpName = "N", DefaultValueFactory = static _ => 6 };
    private readonly Option<long?> _seed = new("--seed") { Description = "Decides everything left to chance; a run tells its own.", HelpName = "N" };
    private readonly Option<string> _results = new("--results") { Description = "Where the folder of the run goes.", HelpName = "DIR", DefaultValueFactory = static _ => "results" };
    private readonly Option<string?> _prometheus = new("--prometheus") { Description = "Answer Prometheus at this address while the run goes on, such as http://127.0.0.1:9464.", HelpName = "URL" };
    private readonly Option<bool> _keep = new("--keep") { Description = "Leave the objects of the run in the store." };
    private readonly Option<string?> _token = AccessToken.Option();

    /// <summary>The command.</summary>
    public Command Create()
    {
        Command command = Verb.Create(
            "load",
            "Puts load on a store and measures it: latencies from the intended start, and contents looked at.",
            [
                "fireproofbench load concurrent-writers /srv/data --writers 16 --duration 1m",
                "fireproofbench load concurrent-writers http://127.0.0.1:8787 --rate 50/s --threshold 'p99(upload) < 500ms'",
                "fireproofbench load raw-put 's3://bucket?endpoint=http://127.0.0.1:9000&pathStyle=true' --rate 200/s --size 64KiB",
                "fireproofbench load raw-put memory: --plan 'inject 100/s 10s; ramping-inject 100/s 2000/s 1m; pause 5s; keep-constant 8 10s'",
                "fireproofbench load raw-get /srv/data --items 10000 --arrivals poisson --rate 500/s --max-requests 100000",
                "fireproofbench load chat /srv/data --feed messages.csv --feed-order random    documents with the fields of your own data",
                "fireproofbench load merge-storm 's3://bucket?region=eu-central-1' --writers 8 --max-cost 0.50    ends when half a dollar is spent",
                "fireproofbench load raw-put /srv/a --against /srv/b --pairs 6 --duration 10s    which of two is faster, and how surely",
                "fireproofbench load --list                                  all scenarios, with the question that each answers",
                "",
                $"Thresholds: {Threshold.Form}.",
                "While it goes on, figures go by OTLP to where OTEL_EXPORTER_OTLP_ENDPOINT says.",
                "Exit codes: 0 all well, 1 a threshold broke or an anomaly was seen, 2 could not run, or not look at everything, 130 interrupted, after clean-up.",
                "With --against the exit code is the greater of the runs' and the comparison's (1 when a metric is worse). A budget is one for all runs; when it is spent before all are made, what there is is compared, and the exit code is 2.",
            ]);
        command.Arguments.Add(_scenario);
        command.Arguments.Add(_url);
        foreach (Option option in new Option[]
        {
            _list, _rate, _writers, _plan, _arrivals, _duration, _warmUp, _startAt, _workers, _size, _items, _shared, _feed, _feedOrder, _thresholds, _verify, _maxRequests, _maxBytes, _maxCost, _prices, _provider, _against, _pairs, _seed, _results,
            _prometheus, _keep, _token,
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
        CheckWorkers(parsed, entry, plan);
        ScenarioSettings settings = ReadSettings(parsed, entry);
        LoadRequest request = new()
        {
            Scenario = entry,
            Url = url,
            Token = AccessToken.Read(parsed.GetValue(_token)),
            Plan = plan,
            Workers = parsed.GetValue(_workers),
            Settings = settings,
            Feed = ReadFeed(parsed, entry),
            StartAt = ReadStart(parsed.GetValue(_startAt)),
            Seed = parsed.GetValue(_seed) ?? RandomNumberGenerator.GetInt32(1, int.MaxValue),
            Thresholds = [.. parsed.GetValue(_thresholds) ?? []],
            Results = ResultFile.CheckFolder(parsed.GetValue(_results)!, "--results"),
            Prometheus = ReadPrometheus(parsed.GetValue(_prometheus)),
            Keep = parsed.GetValue(_keep),
            Budget = ReadBudget(parsed),
            Provider = parsed.GetValue(_provider) is { } provider ? KnownProviders.Named(provider, "--provider") : null,
            Prices = LoadPrices.Read(parsed.GetValue(_prices)),
        };
        LoadSession session = new(terminal, stores, time);
        return parsed.GetValue(_against) is { } other
            ? await TakeTurnsAsync(session, request, other, parsed.GetValue(_pairs), cancellation)
            : await session.RunAsync(request, cancellation);
    }

    // ABBA: what drifts in the machine or the store meets both sides alike.
    private async Task<int> TakeTurnsAsync(LoadSession session, LoadRequest request, string other, int pairs, CancellationToken cancellation)
    {
        if (request.StartAt is not null)
            throw new UsageException("--start-at is the time of one run, and --against makes several: give one of them.");
        if (pairs is < 1 or > MostPairs)
            throw new UsageException($"--pairs: 1 to {MostPairs}.");
        string folder = Path.Combine(request.Results, string.Create(CultureInfo.InvariantCulture, $"turns-{request.Scenario.Name}-{request.Seed}"));
        if (Directory.Exists(folder))
            throw new UsageException($"'{folder}' is there already: take another --seed or another --results.");
        (LoadRequest Base, LoadRequest New) sides = (request with { Results = Path.Combine(folder, "base") }, request with { Results = Path.Combine(folder, "new"), Url = other });
        int run = 0;
        int worst = ExitCodes.Success;
        foreach (LoadRequest side in Enumerable.Range(0, pairs).SelectMany(pair => pair % 2 == 0 ? new[] { sides.Base, sides.New } : [sides.New, sides.Base]))
        {
            int exit = run == 0 ? await session.RunAsync(side, cancellation) : await GoOnAsync(session, side with { Seed = request.Seed + run }, cancellation);
            worst = Math.Max(worst, exit);
            if (exit is not (ExitCodes.Success or ExitCodes.Violation))
                break;
            await terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"run {++run} of {2 * pairs} is done"));
        }

        await terminal.Out.WriteLineAsync();
        if (run < 2 * pairs)
            await terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"fireproofbench: cut short after {run} of {2 * pairs} runs; what there is is compared"));
        return Math.Max(worst, await Verb.GuardAsync(terminal, () => Task.FromResult(CompareVerb.Tell(terminal, ReadSide(sides.Base.Results), ReadSide(sides.New.Results), new ComparisonOptions(), json: null))));
    }

    // The runs before it are there already: a failure ends the turns as a run does that could not be made.
    private Task<int> GoOnAsync(LoadSession session, LoadRequest request, CancellationToken cancellation) => Verb.GuardAsync(
        terminal,
        () => request.Budget.Spent() is { } spent ? throw new UsageException($"there is no further run: {spent}.") : session.RunAsync(request, cancellation));

    // A run that had to end in its preparation says nothing of the store, and one that was cut short little where there are others.
    private static ImmutableArray<MeasuredRun> ReadSide(string folder)
    {
        ImmutableArray<MeasuredRun> runs = Directory.Exists(folder) ? [.. RunFolders.Read(folder).Where(static run => run.Steps.Any(static step => step.Intervals.Any(static interval => interval.HasLoad)))] : [];
        if (runs.Any(static run => run.IsWhole))
            runs = [.. runs.Where(static run => run.IsWhole)];
        return runs.IsEmpty ? throw new UsageException($"there is no run under '{folder}' that had load, so there is nothing to compare.") : runs;
    }

    private DateTimeOffset? ReadStart(string? text)
    {
        if (text is null)
            return null;
        if (!DateTimeOffset.TryParseExact(text, s_startForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset start))
            throw new UsageException($"--start-at: '{text}' is no time such as 2026-12-01T02:00:00Z (ISO 8601, UTC).");
        DateTimeOffset now = time.GetUtcNow();
        return start <= now ? throw new UsageException($"--start-at: {text} is over; it is {now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} here. Name a time ahead, with enough of it for the preparation.")
            : start - now > TimeSpan.FromHours(MostHoursAhead) ? throw new UsageException($"--start-at: {text} is more than {MostHoursAhead} hours ahead; it is {now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} here.")
            : start;
    }

    private LoadBudget ReadBudget(ParseResult parsed) => new()
    {
        MaxRequests = parsed.GetValue(_maxRequests) is not <= 0 ? parsed.GetValue(_maxRequests) : throw new UsageException("--max-requests: at least 1."),
        MaxBytes = ReadMaxBytes(parsed.GetValue(_maxBytes)),
        MaxCost = parsed.GetValue(_maxCost) is not { } cost || cost is > 0 and <= 1e9 ? parsed.GetValue(_maxCost) : throw new UsageException("--max-cost: US dollars above 0, such as 0.50."),
    };

    private static long? ReadMaxBytes(string? text) => text is null ? null
        : ByteLength.TryParse(text, out long most) && most > 0 ? most
        : throw new UsageException($"--max-bytes: '{text}' is no length such as 500MB or 2GiB.");

    private static Uri? ReadPrometheus(string? text) => text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address is { Scheme: "http", PathAndQuery: "/" or "/metrics" } ? address
        : throw new UsageException($"--prometheus: '{text}' is no address such as http://127.0.0.1:9464; the figures are at /metrics there.");

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

    private ScenarioSettings ReadSettings(ParseResult parsed, ScenarioEntry entry)
    {
        ScenarioSettings defaults = entry.Defaults;
        long size = defaults.Size;
        if (parsed.GetValue(_size) is { } text && (!ByteLength.TryParse(text, out size) || size is < ScenarioSettings.LeastSize or > ScenarioSettings.MostSize))
            throw new UsageException($"--size: a length from {ScenarioSettings.LeastSize} bytes to {ScenarioSettings.MostSize >> 20} MiB, such as 4KiB.");
        int items = parsed.GetValue(_items) ?? defaults.Items;
        return items is >= 1 and <= ScenarioSettings.MostItems
            ? defaults with { Size = (int)size, Items = items, IsShared = parsed.GetValue(_shared), ReadBack = ReadVerify(parsed.GetValue(_verify), entry) }
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--items: 1 to {ScenarioSettings.MostItems}."));
    }

    private static int ReadVerify(string? text, ScenarioEntry entry) => text is null ? entry.Defaults.ReadBack
        : !entry.ReadsBackPart ? throw new UsageException($"--verify: {entry.Name} looks at all contents by itself. These read back a part: {string.Join(", ", ScenarioBook.All.Where(static one => one.ReadsBackPart).Select(static one => one.Name))}.")
        : text == "all" ? int.MaxValue
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int most) && most > 0 ? most
        : throw new UsageException($"--verify: '{text}' is neither all nor a number of contents such as 10000.");

    private FeedSource? ReadFeed(ParseResult parsed, ScenarioEntry entry)
    {
        FeedOrder order = parsed.GetValue(_feedOrder)?.ToLowerInvariant() switch
        {
            null or "circular" => FeedOrder.Circular,
            "random" => FeedOrder.Random,
            "constant" => FeedOrder.Constant,
            { } other => throw new UsageException($"--feed-order: '{other}' is none of circular, random and constant."),
        };
        if (parsed.GetValue(_feed) is not { } file)
            return parsed.GetValue(_feedOrder) is null ? null : throw new UsageException("--feed-order says which row of --feed FILE comes next: give that too.");
        if (entry.Feed == FeedUse.None)
            throw new UsageException($"--feed: {entry.Name} takes no data from rows. These do: {string.Join(", ", ScenarioBook.All.Where(static one => one.Feed != FeedUse.None).Select(static one => one.Name))}.");
        if (entry.Feed == FeedUse.Sizes && parsed.GetValue(_size) is not null)
            throw new UsageException($"--size and --feed both say how long the contents of {entry.Name} are: give one of them.");
        try
        {
            return FeedFile.Read(file, order, entry.Feed);
        }
        catch (FormatException wrong)
        {
            throw new UsageException($"--feed: '{file}': {wrong.Message}.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--feed: '{file}' cannot be read: {failure.Message} Check the path.");
        }
    }

    // Fewer say nothing: nobody is there to see what a device writes.
    private void CheckWorkers(ParseResult parsed, ScenarioEntry entry, LoadPlan plan)
    {
        if (LoadRun.WorkersOf(plan, new LoadOptions { Seed = 0, Workers = parsed.GetValue(_workers) }) < entry.LeastWorkers)
            throw new UsageException($"{entry.Name} needs at least {entry.LeastWorkers} devices: --writers {entry.LeastWorkers}, or --rate with --workers {entry.LeastWorkers}, or more.");
    }
}
