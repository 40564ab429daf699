using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Load.Scenarios;

/// <summary>
/// Merges of the whole log, each by a worker with databases of its own at the store: of few files and of many, in a database that was begun just before and in one that holds all documents from earlier merges.
/// The puts that make the log are measured too, since they go to the store itself.
/// </summary>
internal sealed class CompactionAlone(LoadTarget target, ScenarioSettings settings) : ILoadScenario, IAsyncDisposable
{
    private const int Bulk = 500;
    private const int Parallel = 8;

    private static readonly ImmutableArray<int> s_lengths = [16, 96];

    private readonly MemoryKeyBag _bag = new();
    private Worker[] _workers = [];

    /// <inheritdoc/>
    public ImmutableArray<string> Steps { get; } =
        ["put", .. new[] { "young", "old" }.SelectMany(static age => s_lengths.Select(length => string.Create(CultureInfo.InvariantCulture, $"{age}-{length}")))];

    /// <inheritdoc/>
    public IEnumerable<string> DatabasesOf(int workers) => Enumerable.Range(0, workers).SelectMany(static number => new[] { Young(number), Old(number) });

    /// <inheritdoc/>
    public async ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        _workers =
        [
            .. Enumerable.Range(0, workers).Select(number => new Worker(
                new StoredDatabase(target, _bag, Young(number), number, settings.Feed),
                new StoredDatabase(target, _bag, Old(number), number, settings.Feed))),
        ];
        int done = 0;
        await Concurrently.EachAsync(
            _workers,
            Parallel,
            async (worker, token) =>
            {
                await worker.Old.OpenAsync(token);
                foreach (int[] chunk in Enumerable.Range(0, settings.Items).Chunk(Bulk))
                    await worker.Old.FillAsync(chunk.Select(IdOf), settings.Size, token);
                await worker.Old.Database.CompactAsync(token);
                progress.Report(("writes documents", (double)Interlocked.Increment(ref done) / workers));
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask RunAsync(Iteration iteration)
    {
        int kind = (int)(iteration.Number % (2 * s_lengths.Length));
        bool isYoung = kind < s_lengths.Length;
        StoredDatabase database = isYoung ? _workers[iteration.Worker].Young : _workers[iteration.Worker].Old;
        if (isYoung && !await iteration.DoAsync(1 + kind, database.OpenAsync))
            return;
        await MergeAsync(iteration, database, 1 + kind, s_lengths[kind % s_lengths.Length], isYoung);
        if (isYoung)
            _ = await iteration.DoAsync(1 + kind, database.RemoveAsync);
    }

    /// <inheritdoc/>
    public ImmutableSortedDictionary<string, double> Gauges() => ImmutableSortedDictionary<string, double>.Empty.Add("log", _workers.Max(static worker => worker.Old.Database.Log.Length));

    /// <inheritdoc/>
    public async ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation)
    {
        foreach (Worker worker in _workers)
            await worker.Old.VerifyAsync(recorder, null, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Worker worker in _workers)
        {
            await worker.Young.DisposeAsync();
            await worker.Old.DisposeAsync();
        }
    }

    private async ValueTask MergeAsync(Iteration iteration, StoredDatabase database, int step, int length, bool isYoung)
    {
        for (int i = database.Database.Log.Length; i < length; i++)
        {
            if (!await database.PutAsync(iteration, 0, IdOf(isYoung ? i : iteration.Dice.Below(settings.Items)), settings.Size))
                return;
        }

        long start = TimeProvider.System.GetTimestamp();
        long bytes = (long)settings.Size * database.Acknowledged.Count;
        bool isDone = await iteration.MeasureAsync(
            step,
            (database.Database, bytes),
            static async (call, token) =>
            {
                await call.Database.CompactAsync(token);
                return call.bytes;
            });
        if (isDone)
            iteration.Note(EngineEvent.Compaction, TimeProvider.System.GetElapsedTime(start));
        if (database.Acknowledged.Count == 0)
            return;
        string id = database.Acknowledged.Keys.ElementAt(iteration.Dice.Below(database.Acknowledged.Count));
        _ = await iteration.DoAsync(
            step,
            async token =>
            {
                if (database.Fault(id, await database.Database.GetAsync(id, token)) is { } fault)
                    iteration.See(fault.Kind, fault.What);
            });
    }

    private static string Young(int worker) => string.Create(CultureInfo.InvariantCulture, $"young-{worker}");

    private static string Old(int worker) => string.Create(CultureInfo.InvariantCulture, $"old-{worker}");

    private static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"doc-{number:d8}");

    private sealed record Worker(StoredDatabase Young, StoredDatabase Old);
}
