using System.Globalization;
using FireproofBench.Conformance.Payloads;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>A database that one worker has open at the store itself, with no files of its own in between.</summary>
/// <param name="target">Where.</param>
/// <param name="bag">Its key.</param>
/// <param name="name">Its name.</param>
/// <param name="worker">The worker; stands in the documents.</param>
/// <param name="feed">Gives the documents their fields; null for none.</param>
internal sealed class StoredDatabase(LoadTarget target, IKeyBag bag, string name, int worker, IDataFeed? feed = null) : IAsyncDisposable
{
    private const long CacheLength = 16 << 20;

    private Database? _database;
    private long _puts;
    private long _rows;
    private bool _isLeft;

    /// <summary>The database.</summary>
    public Database Database => _database ?? throw new InvalidOperationException($"The database '{name}' is not open.");

    /// <summary>The number of the newest acknowledged put of each id.</summary>
    public Dictionary<string, long> Acknowledged { get; } = [];

    /// <summary>Whether it can be written to; not from the beginning of its removal until it is opened once more.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Opens it, or begins it. What a removal that failed left of it is removed first.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellation)
    {
        if (_isLeft)
            await RemoveAsync(cancellation);
        _database = await OpenAnewAsync(cancellation);
        IsOpen = true;
    }

    /// <summary>Puts documents as one commit, which is not measured.</summary>
    public async ValueTask FillAsync(IEnumerable<string> ids, int size, CancellationToken cancellation)
    {
        long number = ++_puts;
        string[] all = [.. ids];
        _ = await Database.PutManyAsync([.. all.Select(id => FleetDocument.Make(target.Seed, id, worker, number, size, row: NextRow()))], cancellation);
        foreach (string id in all)
            Acknowledged[id] = number;
    }

    /// <summary>Puts a document and measures it.</summary>
    /// <param name="iteration">The iteration.</param>
    /// <param name="step">Which step it is.</param>
    /// <param name="id">The id.</param>
    /// <param name="size">How long the document is, in bytes.</param>
    /// <param name="file">A file to attach to it; null for none.</param>
    public async ValueTask<bool> PutAsync(Iteration iteration, int step, string id, int size, NewAttachment? file = null)
    {
        long number = ++_puts;
        bool isDone = await iteration.MeasureAsync(
            step,
            (Database, Document: FleetDocument.Make(target.Seed, id, worker, number, size, row: NextRow()), Files: file is null ? (NewAttachment[])[] : [file], Bytes: file?.Length ?? size),
            static async (call, token) =>
            {
                _ = await call.Database.PutAsync(call.Document, call.Files, token);
                return call.Bytes;
            });
        if (isDone)
        {
            iteration.Count(EngineEvent.Commit);
            Acknowledged[id] = number;
        }

        return isDone;
    }

    /// <summary>Removes it with all its files, and begins it anew.</summary>
    public async ValueTask BeginAnewAsync(CancellationToken cancellation)
    {
        await RemoveAsync(cancellation);
        await OpenAsync(cancellation);
    }

    /// <summary>Removes it with all its files.</summary>
    public async ValueTask RemoveAsync(CancellationToken cancellation)
    {
        (IsOpen, _isLeft) = (false, true);

        // Closed already where an earlier removal failed: its files are removed by another handle.
        await Database.DisposeAsync();
        await using IDeviceStore store = target.OpenDatabase(name);
        await store.DestroyAsync(cancellation);
        Acknowledged.Clear();
        _isLeft = false;
    }

    /// <summary>What is wrong with a document that was put here; null when nothing is.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="document">What was read; null when it is not there.</param>
    public (AnomalyKind Kind, string What)? Fault(string id, Document? document)
    {
        long number = Acknowledged[id];
        if (document is null)
            return (AnomalyKind.LostUpdate, $"'{id}' is not in '{name}', though its put was acknowledged");
        (PayloadReading reading, string? fault) = FleetDocument.Read(document);
        return fault is not null ? (AnomalyKind.WrongBytes, $"'{id}' in '{name}' has {fault}")
            : reading.Version < number
                ? (AnomalyKind.LostUpdate, string.Create(CultureInfo.InvariantCulture, $"'{id}' in '{name}' is as put {reading.Version} left it, and put {number} was acknowledged"))
            : null;
    }

    /// <summary>Opens it once more, and looks for all that was acknowledged.</summary>
    /// <param name="recorder">Takes the anomalies.</param>
    /// <param name="look">Looks at more of a document, such as its files; null for nothing.</param>
    /// <param name="cancellation">Ends the check.</param>
    public async ValueTask VerifyAsync(Recorder recorder, Func<Database, Document, CancellationToken, ValueTask>? look, CancellationToken cancellation)
    {
        await using Database again = await OpenAnewAsync(cancellation);
        foreach (string id in Acknowledged.Keys)
        {
            try
            {
                Document? document = await again.GetAsync(id, cancellation);
                if (Fault(id, document) is { } fault)
                    recorder.See(fault.Kind, fault.What);
                else if (look is not null)
                    await look(again, document!, cancellation);
            }
            catch (Exception failure) when (AnomalyKinds.Of(failure) is { } kind)
            {
                recorder.See(kind, $"'{id}' in '{name}', or a file of it, cannot be read: {failure.Message}");
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    private FeedRow? NextRow() => feed?.Next(worker, _rows++);

    private async ValueTask<Database> OpenAnewAsync(CancellationToken cancellation)
    {
        IDeviceStore store = target.OpenDatabase(name);
        try
        {
            return await Database.OpenAsync(
                name, store, new DatabaseOptions { KeyBag = bag, Entropy = target.Entropy, Compaction = CompactionMode.Manual, CacheLength = CacheLength }, cancellation);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }
}
