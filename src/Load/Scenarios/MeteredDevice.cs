using FireproofBench.Engine.Ports;

namespace FireproofBench.Load.Scenarios;

/// <summary>A database of a store whose requests are counted.</summary>
internal sealed class MeteredDevice(IDeviceStore device, LoadMeter meter) : IDeviceStore
{
    /// <inheritdoc/>
    public IDataGateway Data { get; } = new MeteredGateway(device.Data, meter, leaveOpen: true);

    /// <inheritdoc/>
    public IMetadataGateway Metadata { get; } = new MeteredHeads(device.Metadata, meter);

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
