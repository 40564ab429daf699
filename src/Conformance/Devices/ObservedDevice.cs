using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Devices;

/// <summary>A device store whose objects are counted, and whose objects and heads are asked with patience. Log and lock are the store's own.</summary>
internal sealed class ObservedDevice(IDeviceStore device, RequestMeter meter, TimeProvider time) : IDeviceStore
{
    /// <inheritdoc/>
    public IDataGateway Data { get; } = Patience.Over(new ObservedGateway(device.Data, meter), meter, time);

    /// <inheritdoc/>
    public IMetadataGateway Metadata { get; } = Patience.Over(device.Metadata, meter, time);

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
