using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Load.Judging;
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
    private static readonly TimeSpan s_cleanUp = TimeSpan.FromMinutes(10);

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
        if (await IsTakenAsync(target, cancellation))
            throw new UsageException($"there are objects under '{target.Prefix}' in {store.Url}: a run with this seed is under way or was left. Take another --seed, or remove them.");

        KnownProvider? provider = request.Provider ?? ProviderRecognition.Of(store.Url, store.Data.Traits)?.Provider;
        request = request with { Prices = request.Prices ?? provider?.Prices };
        if (request.MaxCost is not null && LoadCost.Of(target.Meter.Requests, 0, request.Prices) is null)
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
        return await RunAsync(scenario, target, manifest, options, thresholds, provider, request, cancellation);
    }

    private async Task<int> RunAsync(
        ILoadScenario scenario, LoadTarget target, LoadManifest manifest, LoadOptions options, ImmutableArray<Threshold> thresholds, KnownProvider? provider, LoadRequest request,
        CancellationToken cancellation)
    {
        using LoadFolder folder = LoadFolder.Create(request.Results, manifest, time.GetUtcNow());
        LoadWatch watch = new(terminal, folder, manifest);
        using LoadTelemetry telemetry = new(manifest, request.Prometheus);
        await terminal.Error.WriteLineAsync($"{manifest.Scenario.Name} on {manifest.Url}, seed {manifest.Seed}: {LoadPlanText.Write(manifest.Plan.Simulations)}; results in {folder.Path}");
        LoadOutcome outcome;
        string? unverified = null;
        IReadOnlyList<string> left = [];
        try
        {
            outcome = await LoadRun.RunAsync(scenario, manifest.Plan, options with { EndsEarly = () => watch.Failure ?? SpentBudget(request, target.Meter) }, new LoadObservers(watch, telemetry), cancellation);
            watch.Clear();
            unverified = outcome.Interrupted ? "the run was interrupted" : outcome.HadLoad ? await VerifyAsync(scenario, outcome, cancellation) : "the run ended in the preparation";
        }
        catch (StorageException failure)
        {
            throw new UsageException($"the scenario could not be prepared: {failure.Message}");
        }
        finally
        {
            if (scenario is IAsyncDisposable disposable)
                await disposable.DisposeAsync();
            left = request.Keep ? [] : await CleanAsync(target);
        }

        LoadAftermath after = new(target.Meter.Requests, target.Meter.Sent, target.Meter.Received, [.. left], unverified);
        ImmutableArray<ThresholdResult> judged = ThresholdCheck.Of(outcome, thresholds);
        foreach (string line in LoadText.Lines(manifest, outcome, after, judged))
            await terminal.Out.WriteLineAsync(line);
        try
        {
            folder.Write(LoadFolder.RunFile, stream => LoadJson.Write(stream, manifest, outcome, after, judged));
            folder.Write(LoadFolder.PageFile, stream => stream.Write(LoadPage.Of(manifest, outcome, after, judged, provider)));
            folder.Write(LoadFolder.TestFile, stream => LoadJUnit.Write(manifest, outcome, judged, stream));
            WriteText(folder, LoadFolder.TextFile, text => LoadMarkdown.Write(manifest, outcome, after, judged, text));
            WriteText(folder, LoadFolder.TableFile, text => LoadCsv.Write(outcome, text));
            folder.Finish();
        }
        catch (IOException failure)
        {
            throw new UsageException($"the result could not be written to '{folder.Path}': {failure.Message}");
        }

        if (watch.Failure is { } lost)
            throw new UsageException(lost);
        return outcome.Interrupted ? ExitCodes.Interrupted
            : !outcome.HadLoad ? ExitCodes.CouldNotRun
            : judged.Any(static result => !result.Holds) ? ExitCodes.Violation
            : left.Count > 0 || unverified is not null ? ExitCodes.CouldNotRun
            : ExitCodes.Success;
    }

    private static void WriteText(LoadFolder folder, string name, Action<TextWriter> write) => folder.Write(name, stream =>
    {
        using StreamWriter text = new(stream);
        write(text);
    });

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
        catch (Exception failure) when (failure is StorageException or MissingBlockException or MalformedBlockException)
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

    private static string? SpentBudget(LoadRequest request, LoadMeter meter) =>
        meter.Requests.Total >= request.MaxRequests ? string.Create(CultureInfo.InvariantCulture, $"{request.MaxRequests:N0} requests were made, as many as --max-requests allows")
        : meter.Sent + meter.Received >= request.MaxBytes ? string.Create(CultureInfo.InvariantCulture, $"{request.MaxBytes:N0} bytes were moved, as many as --max-bytes allows")
        : request.MaxCost is { } most && LoadCost.Of(meter.Requests, meter.Received, request.Prices) is { } cost && cost >= most
            ? string.Create(CultureInfo.InvariantCulture, $"{meter.Requests.Total:N0} requests and {meter.Received:N0} bytes received cost {cost:0.######} US dollars, and --max-cost allows {most:0.######}")
        : null;
}
