using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>One handle on a database whose objects lie in a bent store, and whose heads can be bent too.</summary>
internal sealed class InterceptedDevice(
    IDataGateway data, IMetadataGateway metadata, IWriteAheadLog log, ICommitLock commitLock, Func<Task> clear) : IDeviceStore
{
    public IDataGateway Data => data;

    public IMetadataGateway Metadata => metadata;

    public IWriteAheadLog WriteAheadLog => log;

    public ICommitLock CommitLock => commitLock;

    public ValueTask PrepareAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public async ValueTask DestroyAsync(CancellationToken cancellation)
    {
        await clear();
        foreach (ObjectInfo file in await InterceptedStore.AllAsync(data, "", cancellation))
            await data.DeleteAsync(file.Key, null, cancellation);
    }

    public ValueTask DisposeAsync() => metadata.DisposeAsync();
}
