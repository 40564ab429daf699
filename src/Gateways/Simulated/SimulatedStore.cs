using System.Collections.Concurrent;
using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>A store in memory that behaves as its profile says, with any number of clients at any number of endpoints. It lasts as long as this instance.</summary>
internal sealed class SimulatedStore
{
    private const int DefaultPartsAbove = 64 << 10;
    private readonly SimulatedUrl _url;
    private readonly GatewayOptions _options;
    private readonly StoreBehaviour _behaviour;
    private readonly Distance _distance;
    private readonly MemoryDataGateway _objects;
    private readonly IDataGateway _store;
    private readonly ConcurrentDictionary<int, IDataGateway> _endpoints = new();
    private readonly ConcurrentDictionary<string, MemoryMetadataGateway> _heads = new(StringComparer.Ordinal);
    private volatile bool _isFull;
    private volatile bool _isDegraded;

    /// <summary>An empty store.</summary>
    /// <param name="url">Its profile.</param>
    /// <param name="options">Clock and randomness of its clients.</param>
    public SimulatedStore(SimulatedUrl url, GatewayOptions options)
    {
        _url = url;
        _options = options;
        _behaviour = url.Behaviour(options.Time);
        _distance = new Distance(url.Latency, new FaultSetting(1, TimeSpan.Zero, options.Time, url.Seed + 1));
        MemoryDataGateway objects = new(options.Time);
        _objects = objects;
        BentGateway sound = new(objects) { OnTraits = static traits => traits with { Provider = "simulated" } };
        _store = _behaviour.Store?.Invoke(sound) ?? sound;
    }

    /// <summary>Length in bytes from which on a streamed put is sent in parts.</summary>
    public int PartsAbove => _behaviour.PartsAbove ?? DefaultPartsAbove;

    /// <summary>A new client of the objects.</summary>
    /// <param name="endpoint">The endpoint that it asks, from 0.</param>
    /// <param name="way">What lies between; null for the distance of the address.</param>
    public IDataGateway Open(int endpoint = 0, IStoreWay? way = null)
    {
        IDataGateway data = _endpoints.GetOrAdd(endpoint, number => _behaviour.Endpoint?.Invoke(_store, number) ?? _store);
        data = _behaviour.Room?.Invoke(data, () => _isFull) ?? Full(data);
        data = _behaviour.Quorum?.Invoke(data, () => _isDegraded) ?? Degraded(data);
        data = _behaviour.Client?.Invoke(data) ?? data;
        return way?.To(data) ?? new DistantGateway(data, _distance);
    }

    /// <summary>Whether the store has an object, whatever it shows.</summary>
    public async ValueTask<bool> HoldsAsync(string key) => await _objects.HeadAsync(key, CancellationToken.None) is not null;

    /// <summary>The heads of a database that stand, whatever the store shows.</summary>
    /// <param name="prefix">Where in the store it is: empty, or ending in <c>/</c>.</param>
    /// <param name="name">Its name.</param>
    public async ValueTask<ImmutableArray<MetaEntry>> HeadsAsync(string prefix, string name)
    {
        if (_heads.TryGetValue(HeadsOf(prefix, name), out MemoryMetadataGateway? kept))
            return (await kept.ReadAsync(CancellationToken.None)).Entries;
        await using RemoteDeviceStore database = new(new PrefixedGateway(_objects, prefix), name, _options, _url.Form, ownsStore: true);
        return (await database.Metadata.ReadAsync(CancellationToken.None)).Entries;
    }

    /// <summary>A client of the objects whom the store does not know.</summary>
    public IDataGateway OpenAsStranger() => new DistantGateway(_behaviour.Stranger?.Invoke(_store) ?? Refusing(_store, StorageErrorKind.NotAuthorized, "status 403 AccessDenied"), _distance);

    /// <summary>A client of a container that is not there.</summary>
    public IDataGateway OpenMissing() => new DistantGateway(Refusing(_store, StorageErrorKind.MissingContainer, "status 404 NoSuchBucket"), _distance);

    /// <summary>A new client of a database. What fails in passing is asked for again.</summary>
    /// <param name="prefix">Where in the store it is: empty, or ending in <c>/</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="endpoint">The endpoint that the client asks, from 0.</param>
    /// <param name="way">What lies between; null for the distance of the address.</param>
    public IDeviceStore OpenDatabase(string prefix, string name, int endpoint = 0, IStoreWay? way = null)
    {
        RetryOptions patience = RetryOptions.Of(_options);
        IDataGateway data = new PrefixedGateway(new RetryingGateway(Open(endpoint, way), patience), prefix);
        if (_url.HeadsAreObjects ?? _behaviour.HeadsAreObjects)
            return new RemoteDeviceStore(data, name, _options, _url.Form, ownsStore: true);
        MemoryMetadataGateway kept = _heads.GetOrAdd(HeadsOf(prefix, name), static _ => new MemoryMetadataGateway());
        IMetadataGateway heads = new HandleHeads(kept);
        heads = _behaviour.Heads?.Invoke(heads) ?? heads;
        heads = _behaviour.EndpointHeads?.Invoke(heads, endpoint) ?? heads;
        heads = new RetryingMetadataGateway(way?.To(heads) ?? new DistantHeads(heads, _distance), patience);
        return new SimulatedDevice(new RemoteDeviceStore(data, name, heads, ownsStore: true), kept.Clear);
    }

    /// <summary>Takes the store its room, or gives it back.</summary>
    public void Fill(bool isFull) => _isFull = isFull;

    /// <summary>Takes the store its quorum, or gives it back.</summary>
    public void Degrade(bool isDegraded) => _isDegraded = isDegraded;

    /// <summary>Kills what serves the store, and starts it again.</summary>
    public async ValueTask RestartAsync(CancellationToken cancellation)
    {
        if (_behaviour.Death is { } death)
            await death(_store, cancellation);
    }

    private string HeadsOf(string prefix, string name) => prefix + (_behaviour.HeadName?.Invoke(name) ?? name);

    // Without a quorum nobody knows what is there, so nothing is compared with it.
    private BentGateway Degraded(IDataGateway data) => new(data)
    {
        OnPut = (store, key, body, condition, token) => _isDegraded && condition != PutCondition.None
            ? throw new StorageException(StorageErrorKind.Transient, "put", key, "status 503 ServiceUnavailable: no quorum")
            : store.PutAsync(key, body, condition, token),
        OnPutSource = static (store, key, content, condition, token) => store.PutAsync(key, content, condition, token),
    };

    private BentGateway Full(IDataGateway data) => new(data)
    {
        OnPut = (store, key, body, condition, token) => _isFull
            ? throw new StorageException(StorageErrorKind.NoSpace, "put", key, "status 507 QuotaExceeded")
            : store.PutAsync(key, body, condition, token),
        OnPutSource = (store, key, content, condition, token) => _isFull
            ? throw new StorageException(StorageErrorKind.NoSpace, "put", key, "status 507 QuotaExceeded")
            : store.PutAsync(key, content, condition, token),
    };

    private static BentGateway Refusing(IDataGateway data, StorageErrorKind kind, string reason) => new(data)
    {
        OnPut = (_, key, _, _, _) => throw new StorageException(kind, "put", key, reason),
        OnGet = (_, key, _, _) => throw new StorageException(kind, "get", key, reason),
        OnHead = (_, key, _) => throw new StorageException(kind, "head", key, reason),
        OnDelete = (_, key, _, _) => throw new StorageException(kind, "delete", key, reason),
        OnList = (_, prefix, _, _, _) => throw new StorageException(kind, "list", prefix, reason),
    };
}
