using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.SyncBench;

/// <summary>A remote store whose requests and bytes are counted, and that can keep silent about changes.</summary>
internal sealed class CountedRemote
{
    private long _requests;
    private long _down;
    private long _up;

    public CountedRemote(IDeviceStore store, bool tells = true)
    {
        Store = new RemoteStore("remote", new CountedData(this, store.Data), new CountedHeads(this, store.Metadata, tells));
    }

    /// <summary>What is attached.</summary>
    public RemoteStore Store { get; }

    /// <summary>Requests so far.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Bytes of objects that were read.</summary>
    public long Down => Interlocked.Read(ref _down);

    /// <summary>Bytes of objects and entries that were written.</summary>
    public long Up => Interlocked.Read(ref _up);

    private sealed class CountedData(CountedRemote owner, IDataGateway inner) : DataGatewayWrapper(inner, leaveOpen: true)
    {
        protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
        {
            Interlocked.Increment(ref owner._requests);
            Interlocked.Add(ref owner._up, made.Length);
            T result = await proceed(cancellation);
            if (result is ObjectContent content)
                Interlocked.Add(ref owner._down, content.Bytes.Length);
            return result;
        }
    }

    private sealed class CountedHeads(CountedRemote owner, IMetadataGateway inner, bool tells) : MetadataGatewayWrapper(inner, leaveOpen: true)
    {
        public override MetadataTraits Traits => tells ? base.Traits : base.Traits with { Push = false };

        protected override ValueTask<T> CallAsync<T>(
            GatewayOperation operation, MetaEntry? entry, IReadOnlyCollection<Cid> superseded, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
        {
            Interlocked.Increment(ref owner._requests);
            Interlocked.Add(ref owner._up, entry?.Data.Length ?? 0);
            return proceed(cancellation);
        }
    }
}
