using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>A device store whose heads are read with the keys beside them. It belongs to somebody else, and is not disposed of here.</summary>
internal sealed class StoreWithKeys(IDeviceStore below, MetadataWithKeys metadata) : IDeviceStore
{
    /// <inheritdoc/>
    public IDataGateway Data => below.Data;

    /// <inheritdoc/>
    public IMetadataGateway Metadata => metadata;

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog => below.WriteAheadLog;

    /// <inheritdoc/>
    public ICommitLock CommitLock => below.CommitLock;

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellation) => below.PrepareAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DestroyAsync(CancellationToken cancellation) => below.DestroyAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
