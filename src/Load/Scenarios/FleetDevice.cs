using System.Globalization;
using FireproofBench.Conformance.Payloads;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Load.Scenarios;

/// <summary>One device of a fleet: its own files, and a way to the store that all share.</summary>
internal sealed class FleetDevice : IAsyncDisposable
{
    private readonly long _seed;
    private readonly IDataFeed? _feed;
    private readonly MemoryDeviceStore _files;
    private readonly IDeviceStore _remote;
    private readonly AttachOptions _options;
    private readonly IDisposable _changes;
    private readonly Lock _looking = new();
    private volatile RemoteLink? _link;
    private volatile IDisposable? _states;
    private volatile Recorder? _recorder;
    private bool _isCompacting;
    private long _merges;
    private long _compactions;
    private int _regressions;
    private Exception? _syncFailure;
    private Exception? _compactionFailure;
    private long _puts;

    /// <summary>A device over an open database, not attached yet.</summary>
    /// <param name="number">Its number; stands in the documents that it writes.</param>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="database">Its database.</param>
    /// <param name="files">Its files.</param>
    /// <param name="remote">The store.</param>
    /// <param name="options">How it keeps up with the store.</param>
    /// <param name="feed">Gives the documents that it writes their fields; null for none.</param>
    public FleetDevice(int number, long seed, Database database, MemoryDeviceStore files, IDeviceStore remote, AttachOptions options, IDataFeed? feed)
    {
        (Number, _seed, Database, _files, _remote, _options, _feed) = (number, seed, database, files, remote, options, feed);
        _changes = database.Subscribe(_ => Look());
    }

    /// <summary>Its number; stands in the documents that it writes.</summary>
    public int Number { get; }

    /// <summary>Its database.</summary>
    public Database Database { get; }

    /// <summary>The data files at the store.</summary>
    public IDataGateway StoredFiles => _remote.Data;

    /// <summary>The way to the store; the last one while it is detached.</summary>
    public RemoteLink Link => _link ?? throw new InvalidOperationException("The device was never attached.");

    /// <summary>Whether it is online.</summary>
    public bool IsAttached => Link.Status.Activity != SyncActivity.Detached;

    /// <summary>What failed last on the way to the store; null when nothing did.</summary>
    public string? LastError => _link?.Status.LastError?.Message;

    /// <summary>The number of the newest acknowledged put of each id; one caller at a time changes it.</summary>
    public Dictionary<string, long> Acknowledged { get; } = [];

    /// <summary>Tells from now on what the device does beside the calls: merges, compactions, and what fails on the way to the store.</summary>
    public void Observe(Recorder recorder)
    {
        lock (_looking)
        {
            (_merges, _compactions, _regressions) = (Database.Merges, Database.Compactions, _link?.Status.Regressions ?? 0);
            (_syncFailure, _compactionFailure) = (_link?.Status.LastError, Database.CompactionFailure);
            _recorder = recorder;
        }
    }

    /// <summary>Looks at what the device did since it was looked at last. It does so by itself after each change, and not where nothing changed in the end.</summary>
    public void Look()
    {
        if (_recorder is not { } recorder)
            return;
        lock (_looking)
        {
            long merges = Database.Merges;
            if (merges > _merges)
                recorder.Count(EngineEvent.Merge, merges - _merges);
            _merges = merges;
            if (!_isCompacting)
                NoteCompactions(recorder, TimeSpan.Zero);
            if (Database.CompactionFailure is var failure && failure is not null && !ReferenceEquals(failure, _compactionFailure))
                recorder.Note(EngineEvent.CompactionFailure, TimeSpan.Zero);
            _compactionFailure = failure;
            if (_link?.Status is { } status)
                NoteStatus(recorder, status);
        }
    }

    /// <summary>Attaches the store, which need not be reached yet.</summary>
    public async ValueTask AttachAsync(CancellationToken cancellation)
    {
        RemoteLink link = await Database.AttachAsync(new RemoteStore("store", _remote.Data, _remote.Metadata), _options, cancellation);
        lock (_looking)
        {
            // Another link counts anew.
            _regressions = 0;
            _link = link;
        }

        _states?.Dispose();
        _states = link.Subscribe(_ => Look());
    }

    /// <summary>Goes offline.</summary>
    public ValueTask DetachAsync() => Link.DisposeAsync();

    /// <summary>Puts a document and measures it.</summary>
    /// <param name="iteration">The iteration.</param>
    /// <param name="step">Which step it is.</param>
    /// <param name="id">The id.</param>
    /// <param name="size">How long the document is, in bytes.</param>
    /// <param name="count">A number that the devices count up in it; null for none.</param>
    /// <param name="file">A file to attach to it; null for none.</param>
    public async ValueTask<bool> PutAsync(Iteration iteration, int step, string id, int size, long? count = null, NewAttachment? file = null)
    {
        long number = ++_puts;
        FeedRow? row = _feed?.Next(Number, number - 1);
        Document document = FleetDocument.Make(_seed, id, Number, number, size, count, row);
        long bytes = file?.Length ?? (row is null ? size : document.Body.Length);
        bool isDone = await iteration.MeasureAsync(
            step,
            (Database, Document: document, Files: file is null ? (NewAttachment[])[] : [file], Bytes: bytes),
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

    /// <summary>What is wrong with a document that this device read: not whole, or older than its own newest put of it that it shows; null when nothing is.</summary>
    public (AnomalyKind Kind, string What)? Fault(Document document)
    {
        (PayloadReading reading, string? fault) = FleetDocument.Read(document);
        return fault is not null ? (AnomalyKind.WrongBytes, $"'{document.Id}' has {fault}")
            : reading.Writer == Number && reading.Version < Acknowledged.GetValueOrDefault(document.Id!)
                ? (AnomalyKind.StaleRead, string.Create(CultureInfo.InvariantCulture, $"device {Number} reads its put {reading.Version} of '{document.Id}', and made put {Acknowledged[document.Id!]}"))
            : null;
    }

    /// <summary>Merges the whole log, measures it, and tells how long it took.</summary>
    public async ValueTask<bool> CompactAsync(Iteration iteration, int step)
    {
        lock (_looking)
            _isCompacting = true;
        long start = TimeProvider.System.GetTimestamp();
        bool isDone = await iteration.MeasureAsync(
            step,
            Database,
            static async (database, token) =>
            {
                await database.CompactAsync(token);
                return 0;
            });
        lock (_looking)
        {
            _isCompacting = false;
            if (_recorder is { } recorder)
                NoteCompactions(recorder, TimeProvider.System.GetElapsedTime(start));
        }

        return isDone;
    }

    /// <summary>The number of the next put.</summary>
    public long NextPut => _puts + 1;

    /// <summary>Waits until the store has all that was written here, and measures it.</summary>
    public ValueTask<bool> UploadAsync(Iteration iteration, int step, int size) => iteration.MeasureAsync(
        step,
        (Link, size),
        static async (call, token) =>
        {
            await call.Link.WhenSentAsync(token);
            return call.size;
        });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _changes.Dispose();
        _states?.Dispose();
        await Database.DisposeAsync();
        await _files.DisposeAsync();
        await _remote.DisposeAsync();
    }

    private void NoteCompactions(Recorder recorder, TimeSpan duration)
    {
        for (long now = Database.Compactions; _compactions < now; _compactions++)
            recorder.Note(EngineEvent.Compaction, duration);
    }

    private void NoteStatus(Recorder recorder, SyncStatus status)
    {
        if (status.LastError is not null && !ReferenceEquals(status.LastError, _syncFailure))
            recorder.Note(EngineEvent.SyncFailure, TimeSpan.Zero);
        _syncFailure = status.LastError;
        for (; _regressions < status.Regressions; _regressions++)
            recorder.Note(EngineEvent.Regression, TimeSpan.Zero);
    }
}
