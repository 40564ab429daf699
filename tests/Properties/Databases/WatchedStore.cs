using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Properties.Databases;

/// <summary>A store whose calls are counted and can be made to fail. It outlives the databases that are opened on it.</summary>
internal sealed class WatchedStore : IDeviceStore
{
    private readonly IDeviceStore _below;

    /// <summary>A store in memory, or what is given.</summary>
    public WatchedStore(IDeviceStore? below = null)
    {
        _below = below ?? new MemoryDeviceStore("watched", TimeProvider.System);
        Data = new WatchedData(this);
        Metadata = new WatchedMetadata(this);
        WriteAheadLog = new WatchedLog(this);
    }

    /// <summary>Is told of each call before it is made, by verb and key, and may throw or wait instead. Whoever ends the call does not wait with it.</summary>
    public Func<string, string, ValueTask>? Before { get; set; }

    /// <summary>Whether it says that it may show what was written late.</summary>
    public bool IsLate { get; set; }

    /// <summary>Bytes of all objects that were put.</summary>
    public long BytesPut { get; private set; }

    /// <summary>Whether somebody closed it; it goes on all the same, for the next one.</summary>
    public bool IsDisposed { get; private set; }

    public IDataGateway Data { get; }

    public IMetadataGateway Metadata { get; }

    public IWriteAheadLog WriteAheadLog { get; }

    public ICommitLock CommitLock => _below.CommitLock;

    /// <summary>Makes calls of a verb fail.</summary>
    /// <param name="verb">The verb: put, get, delete, publish, log.</param>
    /// <param name="times">How many calls, in a row.</param>
    /// <param name="kind">How.</param>
    /// <param name="after">How many calls succeed before.</param>
    public void Fail(string verb, int times, StorageErrorKind kind, int after = 0)
    {
        int made = 0;
        Before = (call, key) => call == verb && Interlocked.Increment(ref made) > after && made <= after + times
            ? ValueTask.FromException(new StorageException(kind, verb, key, "the test wants it so"))
            : ValueTask.CompletedTask;
    }

    public ValueTask PrepareAsync(CancellationToken cancellation) => _below.PrepareAsync(cancellation);

    public ValueTask DestroyAsync(CancellationToken cancellation) => _below.DestroyAsync(cancellation);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>Names of all objects, sorted.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (ObjectInfo found in _below.Data.ListAllAsync("data/", CancellationToken.None))
            keys.Add(found.Key);
        return keys;
    }

    private ValueTask TellAsync(string verb, string key) => Before?.Invoke(verb, key) ?? ValueTask.CompletedTask;

    private sealed class WatchedData(WatchedStore store) : DataGatewayWrapper(store._below.Data, leaveOpen: true)
    {
        public override DataTraits Traits => base.Traits with { StronglyConsistent = !store.IsLate };

        protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
        {
            if (made.Operation is GatewayOperation.Put or GatewayOperation.Get or GatewayOperation.Delete)
                await store.TellAsync(made.Operation switch { GatewayOperation.Put => "put", GatewayOperation.Get => "get", _ => "delete" }, made.Key).AsTask().WaitAsync(cancellation);
            store.BytesPut += made.Length;
            return await proceed(cancellation);
        }
    }

    private sealed class WatchedMetadata(WatchedStore store) : MetadataGatewayWrapper(store._below.Metadata, leaveOpen: true)
    {
        protected override async ValueTask<T> CallAsync<T>(
            GatewayOperation operation,
            MetaEntry? entry,
            IReadOnlyCollection<Cid> superseded,
            Func<CancellationToken, ValueTask<T>> proceed,
            CancellationToken cancellation)
        {
            if (entry is not null)
                await store.TellAsync("publish", entry.Cid.ToString()).AsTask().WaitAsync(cancellation);
            return await proceed(cancellation);
        }
    }

    private sealed class WatchedLog(WatchedStore store) : IWriteAheadLog
    {
        public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation) => store._below.WriteAheadLog.ReadAsync(cancellation);

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
        {
            await store.TellAsync("log", "");
            await store._below.WriteAheadLog.WriteAsync(content, cancellation);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
