using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>A database of a store whose objects are counted. Heads of buckets are objects too; those of an endpoint are not counted.</summary>
internal sealed class MeteredDevice(IDeviceStore device, LoadMeter meter) : IDeviceStore
{
    /// <inheritdoc/>
    public IDataGateway Data { get; } = new MeteredGateway(device.Data, meter, leaveOpen: true);

    /// <inheritdoc/>
    public IMetadataGateway Metadata => device.Metadata;

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
}
