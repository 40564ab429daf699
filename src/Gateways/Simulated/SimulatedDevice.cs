using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>One client's handle on a database at a simulated store.</summary>
/// <param name="database">Objects, log and lock.</param>
/// <param name="clear">Removes the heads, where a service keeps them.</param>
internal sealed class SimulatedDevice(IDeviceStore database, Action clear) : IDeviceStore
{
    public IDataGateway Data => database.Data;

    public IMetadataGateway Metadata => database.Metadata;

    public IWriteAheadLog WriteAheadLog => database.WriteAheadLog;

    public ICommitLock CommitLock => database.CommitLock;

    public ValueTask PrepareAsync(CancellationToken cancellation) => database.PrepareAsync(cancellation);

    public async ValueTask DestroyAsync(CancellationToken cancellation)
    {
        clear();
        await database.DestroyAsync(cancellation);
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
