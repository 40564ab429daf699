using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Peers;

/// <summary>Counts the bytes that a database hands to its store.</summary>
internal sealed class CountingDeviceStore(IDeviceStore inner) : IDeviceStore, IDataGateway, IMetadataGateway, IWriteAheadLog
{
    /// <summary>Bytes of data files, heads and logs written so far.</summary>
    public long BytesWritten { get; private set; }

    /// <inheritdoc/>
    public IDataGateway Data => this;

    /// <inheritdoc/>
    public IMetadataGateway Metadata => this;

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog => this;

    /// <inheritdoc/>
    public ICommitLock CommitLock => inner.CommitLock;

    /// <inheritdoc/>
    DataTraits IDataGateway.Traits => inner.Data.Traits;

    /// <inheritdoc/>
    MetadataTraits IMetadataGateway.Traits => inner.Metadata.Traits;

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellation) => inner.PrepareAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DestroyAsync(CancellationToken cancellation) => inner.DestroyAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        BytesWritten += content.Length;
        return inner.Data.PutAsync(key, content, condition, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation) =>
        inner.Data.GetAsync(key, range, cancellation);

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) => inner.Data.HeadAsync(key, cancellation);

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation) =>
        inner.Data.DeleteAsync(key, version, cancellation);

    /// <inheritdoc/>
    public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        inner.Data.ListAsync(prefix, after, limit, cancellation);

    /// <inheritdoc/>
    ValueTask<MetaReading> IMetadataGateway.ReadAsync(CancellationToken cancellation) => inner.Metadata.ReadAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
    {
        BytesWritten += entry.Data.Length;
        return inner.Metadata.PublishAsync(entry, superseded, cancellation);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<MetaReading> SubscribeAsync(CancellationToken cancellation) => inner.Metadata.SubscribeAsync(cancellation);

    /// <inheritdoc/>
    ValueTask<ReadOnlyMemory<byte>?> IWriteAheadLog.ReadAsync(CancellationToken cancellation) => inner.WriteAheadLog.ReadAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        BytesWritten += content.Length;
        return inner.WriteAheadLog.WriteAsync(content, cancellation);
    }
}
