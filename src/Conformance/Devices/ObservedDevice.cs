using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Devices;

/// <summary>A device store whose objects are counted, and whose objects and heads are asked with patience. Log and lock are the store's own.</summary>
/// <param name="device">The store, which is closed with this.</param>
/// <param name="meter">Counts.</param>
/// <param name="time">The clock of the run.</param>
/// <param name="writes">What the clients of the check did, when answers are to be waited for until they show it; null when they are taken as they come.</param>
/// <param name="place">Names the database among those of the check.</param>
internal sealed class ObservedDevice(IDeviceStore device, RequestMeter meter, TimeProvider time, SettledWrites? writes, string place) : IDeviceStore
{
    /// <inheritdoc/>
    public IDataGateway Data { get; } = Patience.Over(Settled(new ObservedGateway(device.Data, meter), writes, place), meter, time);

    /// <inheritdoc/>
    public IMetadataGateway Metadata { get; } = Patience.Over(writes is null ? device.Metadata : new SettledHeads(device.Metadata, writes, place), meter, time);

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

    private static IDataGateway Settled(ObservedGateway counted, SettledWrites? writes, string place) => writes is null ? counted : new SettledGateway(counted, writes, place + "/");
}
