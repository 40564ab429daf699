using System.Collections.Immutable;
using System.Reflection;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Loading;

/// <summary>One load run from the opened store to the written result, and nothing left behind.</summary>
internal sealed class LoadSession(Terminal terminal, StoreOpener stores, TimeProvider time)
{
    private const int MostBlocked = 256;
    private const int SpareThreads = 8;
    private const string Interrupted = "the run was interrupted";
    private const double CheckShare = 0.1;
    private static readonly TimeSpan s_budgetLook = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs it, and gives the exit code.</summary>
    /// <exception cref="UsageException">It cannot be run, or its result not be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before there was anything to measure.</exception>
    public async Task<int> RunAsync(LoadRequest request, CancellationToken cancellation)
    {
        await using StoreUnderTest store = await stores(request.Url, request.Token, cancellation);
        if (store.World is not null)
            throw new UsageException($"{store.Url} lives in virtual time, and load takes real time. Name a folder, a bucket, an endpoint or memory:.");
        LoadTarget target = new(store, request.Seed, SystemEntropy.Instance);
        if (request.Scenario.NeedsDatabases && !target.HasDatabases)
            throw new UsageException($"{request.Scenario.Name} needs a store with heads, and {store.Url} gives objects only. The raw scenarios run there.");
        LoadOptions options = new() { Seed = request.Seed, Workers = request.Workers, Time = time, StartAt = request.StartAt };
        int workers = LoadRun.WorkersOf(request.Plan, options);
        ILoadScenario scenario = request.Scenario.Create(target, request.Settings with { Feed = request.Feed?.Open(request.Seed, workers) });
        ImmutableArray<Threshold> thresholds = ReadThresholds(request.Thresholds, scenario);
        if (await IsTakenAsync(target, scenario.DatabasesOf(workers), cancellation))
            throw new UsageException($"there are objects or a database under '{target.Prefix}' in {store.Url}: a run with this seed is under way or was left. Take another --seed, or remove them.");

        KnownProvider? provider = request.Provider ?? ProviderRecognition.Of(store.Url, store.Data.Traits)?.Provider;
        request = request with { Prices = request.Prices ?? provider?.Prices };
        if (request.Budget.MaxCost is not null && LoadCost.Of(target.Meter.Requests, 0, request.Prices) is null)
            throw new UsageException($"--max-cost: no prices are known {(provider is null ? $"for {store.Url}" : $"of {provider.Name}")}. Name the provider whose prices count with --provider, or give them: --prices {LoadPrices.Example}.");
        LoadManifest manifest = new()
        {
            Scenario = request.Scenario,
            Url = store.Url,
            Provider = provider?.Id ?? store.Data.Traits.Provider,
            Seed = request.Seed,
            Plan = request.Plan,
            Workers = workers,
            Settings = request.Settings,
            Feed = request.Feed,
            StartAt = request.StartAt,
            Version = typeof(LoadSession).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "",
        };

        // A folder's calls block their threads, and the pool would add only one or two a second.
        ThreadPool.GetMinThreads(out int threads, out int ports);
        _ = ThreadPool.SetMinThreads(Math.Max(threads, Math.Min(manifest.Workers, MostBlocked) + SpareThreads), ports);
        request.Budget.Add(target.Meter, request.Prices);
        return await RunAsync(new PlannedRun(request, target, scenario, manifest, options, thresholds, provider), cancellation);
    }

    private async Task<int> RunAsync(PlannedRun run, CancellationToken cancellation)
    {
        (LoadManifest manifest, LoadTarget target) = (run.Manifest, run.Target);
        using LoadFolder folder = CreateFolder(run.Request.Results, manifest);
        LoadWatch watch = new(terminal, folder, manifest);
        using LoadTelemetry telemetry = new(manifest, run.Request.Prometheus);
        await terminal.Error.WriteLineAsync($"{manifest.Scenario.Name} on {manifest.Url}, seed {manifest.Seed}: {LoadPlanText.Write(manifest.Plan.Simulations)}; results in {folder.Path}");
        LoadOutcome outcome;
        LoadAftermath after;
        ImmutableArray<ThresholdResult> judged;
        string? unwritten;
        IReadOnlyList<string>? left = null;
        try
        {
            outcome = await LoadRun.RunAsync(
                run.Scenario, manifest.Plan, run.Options with { EndsEarly = () => watch.Failure ?? run.Request.Budget.Spent() }, new LoadObservers(watch, telemetry), cancellation);
            watch.Clear();
            (outcome, string? unverified) = await VerifyAsync(run, outcome, cancellation);
            after = new LoadAftermath(target.Meter.Requests, target.Meter.Sent, target.Meter.Received, null, unverified);
            judged = ThresholdCheck.Of(outcome, run.Thresholds);

            // Before the clean-up, which may take long: whoever does not wait for it has the result all the same.
            unwritten = Write(folder, run, outcome, after, judged, Finish(folder));
            await TellAsync(manifest, outcome, after, judged);
        }
        catch (Exception failure) when (failure is StorageException or MissingBlockException or MalformedBlockException)
        {
            throw new UsageException($"the scenario could not be prepared: {failure.Message}");
        }
        finally
        {
            await CloseAsync(run.Scenario);
            if (!run.Request.Keep)
                left = await CleanAsync(target, cancellation);
        }

        after = after with { Leftovers = left is null ? null : [.. left] };
        if (left is null)
            await terminal.Out.WriteLineAsync($"What the run wrote was kept, as asked: all under '{target.Prefix}'.");
        else if (LoadText.Left([.. left]) is { } told)
            await terminal.Out.WriteLineAsync(told);
        unwritten = Write(folder, run, outcome, after, judged, unwritten);
        if (unwritten is not null)
            throw new UsageException($"the result could not be written to '{folder.Path}': {unwritten}");
        return watch.Failure is { } lost ? throw new UsageException(lost) : ExitCodeOf(outcome, after, judged);
    }

    private static int ExitCodeOf(LoadOutcome outcome, LoadAftermath after, ImmutableArray<ThresholdResult> judged) =>
        outcome.Interrupted ? ExitCodes.Interrupted
        : !outcome.HadLoad || !outcome.HadSuccess || outcome.Fault is not null ? ExitCodes.CouldNotRun
        : judged.Any(static result => !result.Holds) ? ExitCodes.Violation
        : after.Leftovers is { IsEmpty: false } || after.Unverified is not null ? ExitCodes.CouldNotRun
        : ExitCodes.Success;

    private LoadFolder CreateFolder(string results, LoadManifest manifest)
    {
        try
        {
            return LoadFolder.Create(results, manifest, time.GetUtcNow());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--results: no folder for the run can be made in '{results}': {failure.Message} Make room there, or name another folder.");
        }
    }

    private async Task TellAsync(LoadManifest manifest, LoadOutcome outcome, LoadAftermath after, ImmutableArray<ThresholdResult> judged)
    {
        foreach (string line in LoadText.Lines(manifest, outcome, after, judged))
            await terminal.Out.WriteLineAsync(line);
        if (outcome.Fault is { } fault)
            await terminal.Error.WriteLineAsync($"fireproofbench: the load failed by itself, and the figures until then are kept: {fault.GetType().Name}: {fault.Message} ({LoadFolder.RunFile} has where it came from)");
    }

    private static string? Finish(LoadFolder folder) => Why(folder.Finish);

    // Why it could not be written, the first reason of all; null when it was.
    private static string? Write(LoadFolder folder, PlannedRun run, LoadOutcome outcome, LoadAftermath after, ImmutableArray<ThresholdResult> judged, string? before)
    {
        string? why = Why(() =>
        {
            folder.Write(LoadFolder.RunFile, stream => LoadJson.Write(stream, run.Manifest, outcome, after, judged));
            folder.Write(LoadFolder.PageFile, stream => stream.Write(LoadPage.Of(run.Manifest, outcome, after, judged, run.Provider, run.Request.Prices)));
            folder.Write(LoadFolder.TestFile, stream => LoadJUnit.Write(run.Manifest, outcome, judged, stream));
            WriteText(folder, LoadFolder.TextFile, text => LoadMarkdown.Write(run.Manifest, outcome, after, judged, text));
            WriteText(folder, LoadFolder.TableFile, text => LoadCsv.Write(outcome, text));
        });
        return before ?? why;
    }

    private static string? Why(Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    private static void WriteText(LoadFolder folder, string name, Action<TextWriter> write) => folder.Write(name, stream =>
    {
        using StreamWriter text = new(stream);
        write(text);
    });

    // An interruption of the check is one of the run. Why not all was looked at is null when all was.
    private async Task<(LoadOutcome Outcome, string? Unverified)> VerifyAsync(PlannedRun run, LoadOutcome outcome, CancellationToken cancellation)
    {
        if (!outcome.HadLoad)
            return (outcome, "the run ended in the preparation or in the warm-up");
        string? unverified = outcome.Interrupted ? Interrupted
            : outcome.Fault is not null ? "the load failed by itself"
            : await LookWithinBudgetAsync(run, outcome.Recorder, cancellation);
        return (outcome with { Interrupted = cancellation.IsCancellationRequested }, unverified);
    }

    // A check reads all that was written, which may cost more than the load did. Where the load spent all, a part more is for looking at it.
    private async Task<string?> LookWithinBudgetAsync(PlannedRun run, Recorder recorder, CancellationToken cancellation)
    {
        LoadBudget budget = run.Request.Budget;
        double allowed = budget.Spent() is null ? 1 : 1 + CheckShare;
        string? spent = null;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await using ITimer timer = time.CreateTimer(
            _ =>
            {
                if (budget.Spent(allowed) is { } reason && Interlocked.CompareExchange(ref spent, reason, null) is null)
                    end.Cancel();
            },
            null,
            TimeSpan.Zero,
            s_budgetLook);
        string? unverified = await LookAsync(run.Scenario, recorder, end.Token);
        return spent is null || cancellation.IsCancellationRequested || unverified is null ? unverified : $"the budget was spent: {spent}";
    }

    /// <summary>Looks at what a run wrote, as its scenario does.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="recorder">Takes the anomalies.</param>
    /// <param name="cancellation">Ends the check.</param>
    /// <returns>Why not all could be looked at; null when all was.</returns>
    internal static async Task<string?> LookAsync(ILoadScenario scenario, Recorder recorder, CancellationToken cancellation)
    {
        try
        {
            await scenario.VerifyAsync(recorder, cancellation);
            return null;
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            return Interrupted;
        }
        catch (OperationCanceledException)
        {
            return "the devices did not come together in time";
        }
        catch (Exception failure) when (failure is StorageException or MissingBlockException or MalformedBlockException)
        {
            // What is gone or damaged at rest is what the check looks for; what else fails says nothing of the contents.
            if (AnomalyKinds.Of(failure) is { } kind)
                recorder.See(kind, failure.Message);
            return failure.Message;
        }
        catch (Exception failure)
        {
            return $"the check failed by itself: {failure.GetType().Name}: {failure.Message}";
        }
    }

    // Whatever becomes of the devices: the store is to be cleaned up.
    private async Task CloseAsync(ILoadScenario scenario)
    {
        try
        {
            if (scenario is IAsyncDisposable disposable)
                await disposable.DisposeAsync();
        }
        catch (Exception failure)
        {
            await terminal.Error.WriteLineAsync($"fireproofbench: the devices of the run could not all be closed: {failure.Message}");
        }
    }

    // Also after an interruption: what is left behind costs the user.
    private async Task<IReadOnlyList<string>> CleanAsync(LoadTarget target, CancellationToken interrupted)
    {
        if (interrupted.IsCancellationRequested)
            await terminal.Error.WriteLineAsync($"fireproofbench: removes what the run wrote under '{target.Prefix}'; Ctrl-C once more ends at once, and leaves it");
        using CancellationTokenSource patience = new(target.CleaningPatience);
        try
        {
            return await target.CleanAsync(patience.Token);
        }
        catch (Exception failure) when (failure is StorageException or OperationCanceledException)
        {
            string reason = failure is StorageException ? failure.Message : $"it took longer than {target.CleaningPatience.TotalMinutes:0} minutes";
            await terminal.Error.WriteLineAsync($"fireproofbench: the objects under '{target.Prefix}' could not all be removed: {reason}");
            return [target.Prefix];
        }
    }

    private static async Task<bool> IsTakenAsync(LoadTarget target, IEnumerable<string> databases, CancellationToken cancellation)
    {
        try
        {
            return await target.IsTakenAsync(databases, cancellation);
        }
        catch (StorageException failure)
        {
            throw new UsageException(failure.Message);
        }
    }

    private static ImmutableArray<Threshold> ReadThresholds(IEnumerable<string> texts, ILoadScenario scenario)
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
}
