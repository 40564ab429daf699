using System.Collections.Immutable;
using FireproofBench.Conformance.Payloads;

namespace FireproofBench.Load.Scenarios;

/// <summary>Operations on objects alone, one step each, for comparison with other tools.</summary>
internal abstract class RawScenario(LoadTarget target, ScenarioSettings settings, string step) : ILoadScenario
{
    private const int Parallel = 16;
    private const int Prepared = -1;

    /// <inheritdoc/>
    public ImmutableArray<string> Steps { get; } = [step];

    /// <summary>Where the run is.</summary>
    protected LoadTarget Target => target;

    /// <summary>The numbers.</summary>
    protected ScenarioSettings Settings => settings;

    /// <inheritdoc/>
    public abstract ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask RunAsync(Iteration iteration);

    /// <inheritdoc/>
    public ImmutableSortedDictionary<string, double> Gauges() => ImmutableSortedDictionary<string, double>.Empty;

    /// <inheritdoc/>
    public virtual ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>The key of a prepared object.</summary>
    protected string ItemKey(int number) => $"{target.Prefix}item-{number:d8}";

    /// <summary>The content of an object.</summary>
    protected byte[] Body(string key, long version = 1, int writer = 0, FeedRow? row = null) => Payload.Make(target.Seed, key, row?.Size ?? settings.Size, version, writer);

    /// <summary>What is wrong with an object; null when nothing is.</summary>
    protected static (AnomalyKind Kind, string What)? Fault(string key, ReadOnlyMemory<byte>? bytes) =>
        bytes is null ? (AnomalyKind.MissingFile, $"'{key}' is not there, though its put was acknowledged")
        : Payload.Read(bytes.Value.Span).FaultFor(key) is { } fault ? (AnomalyKind.WrongBytes, $"'{key}' has {fault}")
        : null;

    /// <summary>Puts the objects that the iterations need.</summary>
    protected async ValueTask PutItemsAsync(int count, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        int done = 0;
        await Concurrently.EachAsync(
            Enumerable.Range(0, count),
            Parallel,
            async (number, token) =>
            {
                string key = ItemKey(number);
                _ = await target.Data.PutAsync(key, Body(key, row: settings.Feed?.Next(Prepared, number)), default, token);
                progress.Report(("puts objects", (double)Interlocked.Increment(ref done) / count));
            },
            cancellation);
    }
}
