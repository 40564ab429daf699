using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Conformance.Payloads;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Load.Scenarios;

/// <summary>Devices with files of their own, in memory, that share one database over the store of a run.</summary>
/// <param name="target">Where.</param>
/// <param name="name">The name of the database.</param>
/// <param name="feed">Gives the documents that the devices write their fields; null for none.</param>
internal sealed class DeviceFleet(LoadTarget target, string name, IDataFeed? feed = null) : IAsyncDisposable
{
    private const int Parallel = 8;
    private const long CacheLength = 16 << 20;
    private static readonly TimeSpan s_firstPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_patienceOfDocument = TimeSpan.FromMilliseconds(20);

    private readonly MemoryKeyBag _bag = new();
    private FleetDevice[] _devices = [];
    private volatile Recorder? _recorder;

    /// <summary>How long devices that are waited for may stand still: nothing sent, nothing received, nothing merged.</summary>
    public TimeSpan Patience { get; init; } = s_patience;

    /// <summary>A device, by its number.</summary>
    public FleetDevice this[int number] => _devices[number];

    /// <summary>How many there are.</summary>
    public int Count => _devices.Length;

    /// <summary>Tells from now on what the devices do beside the calls, those too that are opened later.</summary>
    public void Observe(Recorder recorder)
    {
        _recorder = recorder;
        foreach (FleetDevice device in _devices)
            device.Observe(recorder);
    }

    /// <summary>Opens devices: the first one makes the database and its key.</summary>
    /// <exception cref="StorageException">A device could not read the store.</exception>
    public async ValueTask OpenAsync(int count, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        _devices = new FleetDevice[count];
        _devices[0] = await OpenDeviceAsync(0, cancellation);
        int done = 1;
        await Concurrently.EachAsync(
            Enumerable.Range(1, count - 1),
            Parallel,
            async (number, token) =>
            {
                _devices[number] = await OpenDeviceAsync(number, token);
                progress.Report(("opens devices", (double)Interlocked.Increment(ref done) / count));
            },
            cancellation);
    }

    /// <summary>Opens a device that knows the key and has no file.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="isUpToDate">Whether to wait until it has all that the store has.</param>
    public async Task<FleetDevice> OpenDeviceAsync(int number, CancellationToken cancellation, bool isUpToDate = true)
    {
        MemoryDeviceStore files = new(name, TimeProvider.System);
        IDeviceStore remote = target.OpenDatabase(name);
        FleetDevice device;
        try
        {
            await remote.PrepareAsync(cancellation);
            device = new FleetDevice(
                number, target.Seed, await Database.OpenAsync(name, files, Options(), cancellation), files, remote, new AttachOptions { Prefetch = isUpToDate }, feed);
        }
        catch
        {
            await remote.DisposeAsync();
            await files.DisposeAsync();
            throw;
        }

        if (_recorder is { } recorder)
            device.Observe(recorder);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_firstPatience);
        try
        {
            await device.AttachAsync(patience.Token);
            await device.Link.WhenUpToDateAsync(patience.Token);
            return device;
        }
        catch (Exception failure)
        {
            // Nobody else knows of it: attached, it would go on beside whoever cleans up.
            string reason = device.LastError ?? "it does not answer";
            await device.DisposeAsync();
            if (failure is not OperationCanceledException || cancellation.IsCancellationRequested)
                throw;
            throw new StorageException(StorageErrorKind.Transient, "attach", name, $"a device could not read the store within {s_firstPatience.TotalSeconds:0} s: {reason}", failure);
        }
    }

    /// <summary>What the devices have to do and to send.</summary>
    public ImmutableSortedDictionary<string, double> Gauges()
    {
        foreach (FleetDevice device in _devices)
            device.Look();
        SyncStatus[] links = [.. _devices.Select(static device => device.Link.Status)];
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, double>
        {
            ["heads"] = _devices.Max(static device => device.Database.Heads.Length),
            ["log"] = _devices.Max(static device => device.Database.Log.Length),
            ["pending files"] = links.Sum(static link => link.PendingFiles),
            ["pending bytes"] = links.Sum(static link => link.PendingBytes),
            ["upload lag"] = links.Max(link => link.OldestPending is { } oldest ? (now - oldest).TotalSeconds : 0),
        });
    }

    /// <summary>Waits until all devices have the same.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        // A run that ended in the middle of an iteration may have left some offline.
        foreach (FleetDevice device in _devices.Where(static device => !device.IsAttached))
            await device.AttachAsync(cancellation);
        while (true)
        {
            await Task.WhenAll(_devices.Select(device => device.Link.WhenUpToDateAsync(cancellation).AsTask()));
            if (_devices.All(device => device.Database.Heads.SequenceEqual(_devices[0].Database.Heads)))
                return;
            await Task.Delay(100, cancellation);
        }
    }

    /// <summary>Waits until the store has all of the first device, and it all of the store, for as long as they get on.</summary>
    /// <exception cref="StorageException">They stood still for longer than <see cref="Patience"/>.</exception>
    public Task SendAsync(CancellationToken cancellation) => GetOnAsync(token => _devices[0].Link.WhenUpToDateAsync(token).AsTask(), cancellation);

    /// <summary>Waits until all devices have the same, for as long as they get on.</summary>
    /// <exception cref="StorageException">They stood still for longer than <see cref="Patience"/>.</exception>
    public Task MeetAsync(CancellationToken cancellation) => GetOnAsync(SettleAsync, cancellation);

    /// <summary>
    /// Waits until all devices have the same, then opens one that knows nothing, and looks for all that was acknowledged. What stands is the last acknowledged put of one of those that wrote it: a later one
    /// of the same device knew the earlier, and takes its place for good.
    /// </summary>
    /// <param name="recorder">Takes the anomalies.</param>
    /// <param name="look">Looks at more of each document, such as its files, in the database of that device; null for nothing.</param>
    /// <param name="cancellation">Ends the check.</param>
    public async ValueTask VerifyAsync(Recorder recorder, Func<Recorder, Database, Document, CancellationToken, ValueTask>? look, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        await SettleAsync(patience.Token);
        string[] acknowledged = [.. _devices.SelectMany(static device => device.Acknowledged.Keys).Distinct()];
        patience.CancelAfter(s_patience + (acknowledged.Length * s_patienceOfDocument));
        await using IDeviceStore remote = target.OpenDatabase(name);
        await using MemoryDeviceStore files = new(name, TimeProvider.System);
        await using Database cold = await Database.OpenAsync(name, files, Options(), patience.Token);
        _ = await cold.SyncAsync(remote, patience.Token);
        Dictionary<string, (int Writer, long Number)> found = [];
        await foreach (Document document in cold.AllAsync(cancellation: patience.Token))
        {
            (PayloadReading reading, string? fault) = FleetDocument.Read(document);
            found[document.Id!] = (reading.Writer, reading.Version);
            if (fault is not null)
                recorder.See(AnomalyKind.WrongBytes, $"'{document.Id}' has {fault}");
            if (look is not null)
                await look(recorder, cold, document, patience.Token);
        }

        foreach (string id in acknowledged)
        {
            if (!found.TryGetValue(id, out (int Writer, long Number) stands))
                recorder.See(AnomalyKind.LostUpdate, $"'{id}' is not there, though its put was acknowledged");
            else if (stands.Writer == FleetDocument.Nobody)
                recorder.See(AnomalyKind.LostUpdate, $"'{id}' is as it was prepared, and a put of it was acknowledged");
            else if (stands.Writer < Count && _devices[stands.Writer].Acknowledged.TryGetValue(id, out long last) && stands.Number < last)
                recorder.See(AnomalyKind.LostUpdate, string.Create(CultureInfo.InvariantCulture, $"'{id}' is as put {stands.Number} of device {stands.Writer} left it, and its put {last} was acknowledged"));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (FleetDevice device in _devices)
        {
            if (device is not null)
                await device.DisposeAsync();
        }
    }

    private async Task GetOnAsync(Func<CancellationToken, Task> wait, CancellationToken cancellation)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task waiting = wait(end.Token);
        while (true)
        {
            long done = Done();
            try
            {
                await waiting.WaitAsync(Patience, cancellation);
                return;
            }
            catch (TimeoutException silence) when (Done() == done)
            {
                await end.CancelAsync();
                throw Stuck(silence);
            }
            catch (TimeoutException)
            {
                // They got on: however long it takes in all.
            }
        }
    }

    // Grows with all that goes on between the devices and the store.
    private long Done()
    {
        SyncStatus[] links = [.. _devices.Select(static device => device.Link.Status)];
        return _devices.Sum(static device => device.Database.Merges) + links.Sum(static link => link.Sent.Files + link.Sent.Bytes + link.Received.Bytes + link.Published);
    }

    private StorageException Stuck(TimeoutException silence)
    {
        SyncStatus[] links = [.. _devices.Select(static device => device.Link.Status)];
        string reason = _devices.Select(static device => device.LastError).FirstOrDefault(static error => error is not null) ?? "it does not answer";
        string what = string.Create(
            CultureInfo.InvariantCulture,
            $"the store did not take all that was prepared: {links.Sum(static link => link.PendingFiles)} files with {links.Sum(static link => link.PendingBytes):N0} bytes wait, and for {Patience.TotalSeconds:0.#} s nothing went on: {reason}");
        return new StorageException(StorageErrorKind.Transient, "prepare", name, what, silence);
    }

    private DatabaseOptions Options() => new() { KeyBag = _bag, Entropy = target.Entropy, CacheLength = CacheLength };
}
