using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Load.Scenarios;

/// <summary>
/// Devices with files of their own, in memory, that share one database over the store: each worker is one. A put is measured until the device has it, and until the store has it.
/// </summary>
/// <param name="target">Where.</param>
/// <param name="settings">Length of a document, how many ids each device writes in turn, and whether all write the same.</param>
internal sealed class ConcurrentWriters(LoadTarget target, ScenarioSettings settings) : ILoadScenario, IAsyncDisposable
{
    private const string Name = "writers";
    private const int Put = 0;
    private const int Upload = 1;
    private const int Parallel = 8;
    private static readonly TimeSpan s_firstPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly MemoryKeyBag _bag = new();
    private Device[] _devices = [];

    /// <inheritdoc/>
    public ImmutableArray<string> Steps { get; } = ["put", "upload"];

    /// <inheritdoc/>
    public async ValueTask PrepareAsync(int workers, IProgress<(string What, double? Share)> progress, CancellationToken cancellation)
    {
        _devices = new Device[workers];

        // The first one makes the database, and its key.
        _devices[0] = await OpenAsync(cancellation);
        int done = 1;
        await Concurrently.EachAsync(
            Enumerable.Range(1, workers - 1),
            Parallel,
            async (worker, token) =>
            {
                _devices[worker] = await OpenAsync(token);
                progress.Report(("opens devices", (double)Interlocked.Increment(ref done) / workers));
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask RunAsync(Iteration iteration)
    {
        Device device = _devices[iteration.Worker];
        string id = settings.IsShared
            ? string.Create(CultureInfo.InvariantCulture, $"doc-{iteration.Dice.Below(settings.Items):d8}")
            : string.Create(CultureInfo.InvariantCulture, $"doc-{iteration.Worker:d4}-{iteration.Number % settings.Items:d8}");
        Document document = NewDocument(id, iteration);
        bool isDone = await iteration.MeasureAsync(
            Put,
            (device.Database, document, settings.Size),
            static async (call, token) =>
            {
                _ = await call.Database.PutAsync(call.document, token);
                return call.Size;
            });
        if (!isDone)
            return;
        device.Acknowledged[id] = iteration.Number;
        _ = await iteration.MeasureAsync(
            Upload,
            (device.Link, settings.Size),
            static async (call, token) =>
            {
                await call.Link.WhenSentAsync(token);
                return call.Size;
            });
    }

    /// <inheritdoc/>
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
    public async ValueTask VerifyAsync(Recorder recorder, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        await SettleAsync(patience.Token);
        await using IDeviceStore remote = target.OpenDatabase(Name);
        await using MemoryDeviceStore files = new(Name, TimeProvider.System);
        await using Database cold = await Database.OpenAsync(Name, files, Options(), patience.Token);
        _ = await cold.SyncAsync(remote, patience.Token);
        Dictionary<string, (long Worker, long Number)> found = [];
        await foreach (Document document in cold.AllAsync(cancellation: patience.Token))
            found[document.Id!] = ReadNumber(document);
        for (int worker = 0; worker < _devices.Length; worker++)
        {
            foreach ((string id, long number) in _devices[worker].Acknowledged)
            {
                // Of a shared document any device's put may stand; of its own ids a device knows the last.
                if (!found.TryGetValue(id, out (long Worker, long Number) stands))
                    recorder.See(AnomalyKind.LostUpdate, $"'{id}' is not there, though its put was acknowledged");
                else if (!settings.IsShared && stands.Number < number)
                    recorder.See(AnomalyKind.LostUpdate, string.Create(CultureInfo.InvariantCulture, $"'{id}' is as put {stands.Number} left it, and put {number} was acknowledged"));
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (Device device in _devices)
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

    private DatabaseOptions Options() => new() { KeyBag = _bag, Entropy = target.Entropy, CacheLength = 16 << 20 };

    private async Task<Device> OpenAsync(CancellationToken cancellation)
    {
        MemoryDeviceStore files = new(Name, TimeProvider.System);
        IDeviceStore remote = target.OpenDatabase(Name);
        await remote.PrepareAsync(cancellation);
        Database database = await Database.OpenAsync(Name, files, Options(), cancellation);
        RemoteLink link = await database.AttachAsync(new RemoteStore("store", remote.Data, remote.Metadata), new AttachOptions(), cancellation);
        Device device = new(database, link, files, remote);
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

    private Document NewDocument(string id, Iteration iteration)
    {
        string filler = Convert.ToBase64String(iteration.Dice.Bytes(settings.Size * 3 / 4));
        return Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{id}}","worker":{{iteration.Worker}},"number":{{iteration.Number}},"filler":"{{filler}}"}"""));
    }

    private static (long Worker, long Number) ReadNumber(Document document)
    {
        using System.Text.Json.JsonDocument json = System.Text.Json.JsonDocument.Parse(document.ToJson());
        return (json.RootElement.GetProperty("worker").GetInt64(), json.RootElement.GetProperty("number").GetInt64());
    }

    private sealed class Device(Database database, RemoteLink link, MemoryDeviceStore files, IDeviceStore remote) : IAsyncDisposable
    {
        public Database Database => database;

        public RemoteLink Link => link;

        public Dictionary<string, long> Acknowledged { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await database.DisposeAsync();
            await files.DisposeAsync();
            await remote.DisposeAsync();
        }
    }
}
