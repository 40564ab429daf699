using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Stores;

/// <summary>A database whose heads are in a place of their own, and leave it by another way than the port's.</summary>
/// <param name="inner">The database; closed with this.</param>
/// <param name="removeHeads">Removes its heads.</param>
internal sealed class SplitDatabase(IDeviceStore inner, Func<CancellationToken, ValueTask> removeHeads) : IDeviceStore
{
    /// <inheritdoc/>
    public IDataGateway Data => inner.Data;

    /// <inheritdoc/>
    public IMetadataGateway Metadata => inner.Metadata;

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog => inner.WriteAheadLog;

    /// <inheritdoc/>
    public ICommitLock CommitLock => inner.CommitLock;

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellation) => inner.PrepareAsync(cancellation);

    /// <summary>Removes the heads, then the objects: whatever a broken connection leaves is no database that names missing files.</summary>
    public async ValueTask DestroyAsync(CancellationToken cancellation)
    {
        await removeHeads(cancellation);
        await inner.DestroyAsync(cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
