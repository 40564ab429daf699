using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Load.Scenarios;

/// <summary>Devices with files of their own, in memory, that share one database over the store of a run.</summary>
/// <param name="target">Where.</param>
/// <param name="name">The name of the database.</param>
internal sealed class DeviceFleet(LoadTarget target, string name) : IAsyncDisposable
{
    private const int Parallel = 8;
    private const long CacheLength = 16 << 20;
    private static readonly TimeSpan s_firstPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly MemoryKeyBag _bag = new();
    private FleetDevice[] _devices = [];

    /// <summary>A device, by its number.</summary>
    public FleetDevice this[int number] => _devices[number];

    /// <summary>How many there are.</summary>
    public int Count => _devices.Length;

    /// <summary>Opens devices: the first one makes the database and its key.</summary>
    /// <exception cref="StorageException">A device could not read the store.</exception>
    public async ValueTask OpenAsync(int count, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        _devices = new FleetDevice[count];
        _devices[0] = await OpenDeviceAsync(cancellation);
        int done = 1;
        await Concurrently.EachAsync(
            Enumerable.Range(1, count - 1),
            Parallel,
            async (number, token) =>
            {
                _devices[number] = await OpenDeviceAsync(token);
                progress.Report(("opens devices", (double)Interlocked.Increment(ref done) / count));
            },
            cancellation);
    }

    /// <summary>Opens a device that knows the key and has no file.</summary>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="isUpToDate">Whether to wait until it has all that the store has.</param>
    public async Task<FleetDevice> OpenDeviceAsync(CancellationToken cancellation, bool isUpToDate = true)
    {
        MemoryDeviceStore files = new(name, TimeProvider.System);
        IDeviceStore remote = target.OpenDatabase(name);
        await remote.PrepareAsync(cancellation);
        Database database = await Database.OpenAsync(name, files, Options(), cancellation);
        RemoteLink link = await database.AttachAsync(new RemoteStore("store", remote.Data, remote.Metadata), new AttachOptions { Prefetch = isUpToDate }, cancellation);
        FleetDevice device = new(database, link, files, remote);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_firstPatience);
        try
        {
            await link.WhenUpToDateAsync(patience.Token);
            return device;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await device.DisposeAsync();
            throw new StorageException(
                StorageErrorKind.Transient, "attach", link.Name, $"a device could not read the store within {s_firstPatience.TotalSeconds:0} s: {link.Status.LastError?.Message ?? "it does not answer"}");
        }
    }

    /// <summary>What the devices have to do and to send.</summary>
    public ImmutableSortedDictionary<string, double> Gauges()
    {
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

    /// <summary>Waits until all devices have the same, then opens one that knows nothing, and looks for all that was acknowledged.</summary>
    /// <param name="recorder">Takes the anomalies.</param>
    /// <param name="isShared">Whether several devices write one document: then any put may stand.</param>
    /// <param name="cancellation">Ends the check.</param>
    public async ValueTask VerifyAsync(Recorder recorder, bool isShared, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        await SettleAsync(patience.Token);
        await using IDeviceStore remote = target.OpenDatabase(name);
        await using MemoryDeviceStore files = new(name, TimeProvider.System);
        await using Database cold = await Database.OpenAsync(name, files, Options(), patience.Token);
        _ = await cold.SyncAsync(remote, patience.Token);
        Dictionary<string, long> found = [];
        await foreach (Document document in cold.AllAsync(cancellation: patience.Token))
            found[document.Id!] = NumberOf(document);
        foreach ((string id, long number) in _devices.SelectMany(static device => device.Acknowledged))
        {
            if (!found.TryGetValue(id, out long stands))
                recorder.See(AnomalyKind.LostUpdate, $"'{id}' is not there, though its put was acknowledged");
            else if (!isShared && stands < number)
                recorder.See(AnomalyKind.LostUpdate, string.Create(CultureInfo.InvariantCulture, $"'{id}' is as put {stands} left it, and put {number} was acknowledged"));
        }
    }

    /// <summary>A document that says which put it is of.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="number">The number of the put.</param>
    /// <param name="size">About how long it is, in bytes.</param>
    /// <param name="dice">Fills it.</param>
    public static Document NewDocument(string id, long number, int size, Dice dice)
    {
        string filler = Convert.ToBase64String(dice.Bytes(size * 3 / 4));
        return Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{id}}","number":{{number}},"filler":"{{filler}}"}"""));
    }

    /// <summary>Which put a document is of.</summary>
    public static long NumberOf(Document document)
    {
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(document.ToJson());
        return json.RootElement.GetProperty("number").GetInt64();
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

    private async Task SettleAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.WhenAll(_devices.Select(device => device.Link.WhenUpToDateAsync(cancellation).AsTask()));
            if (_devices.All(device => device.Database.Heads.SequenceEqual(_devices[0].Database.Heads)))
                return;
            await Task.Delay(100, cancellation);
        }
    }

    private DatabaseOptions Options() => new() { KeyBag = _bag, Entropy = target.Entropy, CacheLength = CacheLength };
}
