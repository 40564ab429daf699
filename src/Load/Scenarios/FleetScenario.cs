using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Load.Scenarios;

/// <summary>What scenarios of several devices have in common: each worker is a device.</summary>
/// <param name="target">Where.</param>
/// <param name="settings">The numbers.</param>
internal abstract class FleetScenario(LoadTarget target, ScenarioSettings settings) : ILoadScenario, IAsyncDisposable
{
    /// <inheritdoc/>
    public abstract ImmutableArray<string> Steps { get; }

    /// <summary>The devices.</summary>
    protected DeviceFleet Fleet { get; } = new(target, "fleet", settings.Feed);

    /// <summary>Where the run is.</summary>
    protected LoadTarget Target => target;

    /// <summary>The numbers.</summary>
    protected ScenarioSettings Settings => settings;

    /// <inheritdoc/>
    public virtual ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation) => Fleet.OpenAsync(workers, progress, cancellation);

    /// <inheritdoc/>
    public void Observe(Recorder recorder) => Fleet.Observe(recorder);

    /// <inheritdoc/>
    public abstract ValueTask RunAsync(Iteration iteration);

    /// <inheritdoc/>
    public virtual ImmutableSortedDictionary<string, double> Gauges() => Fleet.Gauges();

    /// <inheritdoc/>
    public virtual ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation) => Fleet.VerifyAsync(recorder, cancellation);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync() => Fleet.DisposeAsync();

    /// <summary>Writes the documents that all share, on the first device, and waits until the store has them.</summary>
    /// <param name="bulk">How many make one commit.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellation">Ends the writing.</param>
    protected async ValueTask WriteDocumentsAsync(int bulk, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        for (int i = 0; i < settings.Items; i += bulk)
        {
            _ = await Fleet[0].Database.PutManyAsync(
                [.. Enumerable.Range(i, Math.Min(bulk, settings.Items - i)).Select(number => Prepared(SharedId(number), number))], cancellation);
            progress.Report(("writes documents", (double)i / settings.Items));
        }

        await Fleet[0].Link.WhenUpToDateAsync(cancellation);
    }

    /// <summary>A document that is there before the devices begin.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="number">Which of them it is, from 0.</param>
    protected Document Prepared(string id, int number) => FleetDocument.Make(target.Seed, id, FleetDocument.Nobody, 0, settings.Size, row: settings.Feed?.Next(FleetDocument.Nobody, number));

    /// <summary>The id that an iteration writes: one of those of its device in turn, or any of those that all share.</summary>
    protected string IdOf(Iteration iteration) => settings.IsShared
        ? SharedId(iteration.Dice.Below(settings.Items))
        : string.Create(CultureInfo.InvariantCulture, $"doc-{iteration.Worker:d4}-{iteration.Number % settings.Items:d8}");

    /// <summary>An id that all share.</summary>
    protected static string SharedId(int number) => string.Create(CultureInfo.InvariantCulture, $"doc-{number:d8}");
}
