using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Devices;

/// <summary>A device store behind a connection that a check can cut, and that counts what is asked: data and heads alike.</summary>
/// <param name="device">The store.</param>
internal sealed class UnsteadyDevice(IDeviceStore device) : IDeviceStore
{
    private long _requests;

    /// <summary>Whether the next request fails. Asked at each.</summary>
    public Func<bool> Fails { get; set; } = () => false;

    /// <summary>Whether an object is not to be seen yet, by its key. Asked at each get and head.</summary>
    public Func<string, bool> Hides { get; set; } = _ => false;

    /// <summary>How many requests may be made in all before the check ends as failed.</summary>
    public long Allowance { get; set; } = long.MaxValue;

    /// <summary>The requests so far.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <inheritdoc/>
    public IDataGateway Data => new DataEnd(this, device.Data);

    /// <inheritdoc/>
    public IMetadataGateway Metadata => new MetadataEnd(this, device.Metadata);

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog => device.WriteAheadLog;

    /// <inheritdoc/>
    public ICommitLock CommitLock => device.CommitLock;

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellation) => device.PrepareAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DestroyAsync(CancellationToken cancellation) => device.DestroyAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => device.DisposeAsync();

    private void Pass(string operation, string key)
    {
        if (Interlocked.Increment(ref _requests) > Allowance)
            throw new ClauseViolation($"{Allowance} requests must be enough, and one more was made: {operation} {Printable.Key(key)}");
        if (Fails())
            throw new StorageException(StorageErrorKind.Transient, operation, key, "the connection is cut, on purpose");
    }

    private sealed class DataEnd(UnsteadyDevice owner, IDataGateway data) : IDataGateway
    {
        public DataTraits Traits => data.Traits;

        public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
        {
            owner.Pass("put", key);
            return data.PutAsync(key, content, condition, cancellation);
        }

        public ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation)
        {
            owner.Pass("put", key);
            return data.PutAsync(key, content, condition, cancellation);
        }

        public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
        {
            owner.Pass("get", key);
            return owner.Hides(key) ? ValueTask.FromResult<ObjectContent?>(null) : data.GetAsync(key, range, cancellation);
        }

        public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
        {
            owner.Pass("head", key);
            return owner.Hides(key) ? ValueTask.FromResult<ObjectInfo?>(null) : data.HeadAsync(key, cancellation);
        }

        public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
        {
            owner.Pass("delete", key);
            return data.DeleteAsync(key, version, cancellation);
        }

        public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
        {
            owner.Pass("list", prefix);
            return data.ListAsync(prefix, after, limit, cancellation);
        }

        public ValueTask DisposeAsync() => data.DisposeAsync();
    }

    private sealed class MetadataEnd(UnsteadyDevice owner, IMetadataGateway metadata) : IMetadataGateway
    {
        public MetadataTraits Traits => metadata.Traits;

        public ValueTask<MetaReading> ReadAsync(CancellationToken cancellation)
        {
            owner.Pass("read heads", "");
            return metadata.ReadAsync(cancellation);
        }

        public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
        {
            owner.Pass("publish", "");
            return metadata.PublishAsync(entry, superseded, cancellation);
        }

        public IAsyncEnumerable<MetaReading> SubscribeAsync(CancellationToken cancellation) => metadata.SubscribeAsync(cancellation);

        public ValueTask DisposeAsync() => metadata.DisposeAsync();
    }
}
