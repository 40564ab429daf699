using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Load.Scenarios;

/// <summary>What scenarios of several devices have in common: each worker is a device.</summary>
/// <param name="target">Where.</param>
/// <param name="settings">The numbers.</param>
internal abstract class FleetScenario(LoadTarget target, ScenarioSettings settings) : ILoadScenario, IAsyncDisposable
{
    private const string Name = "fleet";

    /// <summary>The devices.</summary>
    protected DeviceFleet Fleet { get; } = new(target, Name, settings.Feed);

    /// <summary>Where the run is.</summary>
    protected LoadTarget Target => target;

    /// <summary>The numbers.</summary>
    protected ScenarioSettings Settings => settings;

    /// <inheritdoc/>
    public abstract ImmutableArray<string> Steps { get; }

    /// <inheritdoc/>
    public IEnumerable<string> DatabasesOf(int workers) => [Name];

    /// <inheritdoc/>
    public virtual ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation) => Fleet.OpenAsync(workers, progress, cancellation);

    /// <inheritdoc/>
    public void Observe(Recorder recorder) => Fleet.Observe(recorder);

    /// <inheritdoc/>
    public abstract ValueTask RunAsync(Iteration iteration);

    /// <inheritdoc/>
    public virtual ImmutableSortedDictionary<string, double> Gauges() => Fleet.Gauges();

    /// <inheritdoc/>
    public virtual ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation) => Fleet.VerifyAsync(recorder, LookAsync, cancellation);

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

        await Fleet.SendAsync(cancellation);
    }

    /// <summary>Looks at more of a document than its fields, such as its files, on a device that knew nothing before.</summary>
    /// <param name="recorder">Takes the anomalies.</param>
    /// <param name="database">The database of that device.</param>
    /// <param name="document">The document.</param>
    /// <param name="cancellation">Ends the check.</param>
    protected virtual ValueTask LookAsync(Recorder recorder, Database database, Document document, CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>Looks at the one file of a document, on a device that knew nothing before.</summary>
    /// <param name="recorder">Takes the anomalies.</param>
    /// <param name="database">The database of that device.</param>
    /// <param name="document">The document.</param>
    /// <param name="fault">What is wrong with the bytes of the file; null when nothing is.</param>
    /// <param name="cancellation">Ends the check.</param>
    protected static async ValueTask LookAtFileAsync(Recorder recorder, Database database, Document document, Func<byte[], string?> fault, CancellationToken cancellation)
    {
        try
        {
            if (await ReadFileAsync(database, document, cancellation) is not { } bytes)
                recorder.See(AnomalyKind.MissingFile, $"'{document.Id}' names no file for a new device, and was put with one");
            else if (fault(bytes) is { } found)
                recorder.See(AnomalyKind.WrongBytes, $"the file of '{document.Id}' has {found} for a new device");
        }
        catch (MissingBlockException missing)
        {
            recorder.See(AnomalyKind.MissingFile, $"the file of '{document.Id}' is not there for a new device: {missing.Message}");
        }
    }

    /// <summary>Reads the one file of a document; null when it names none.</summary>
    protected static async ValueTask<byte[]?> ReadFileAsync(Database database, Document document, CancellationToken cancellation)
    {
        if (document.Attachments.IsDefaultOrEmpty)
            return null;
        await using Stream stream = await database.OpenAttachmentAsync(document.Attachments[0], cancellation);
        byte[] bytes = new byte[stream.Length];
        int count = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return bytes[..count];
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
