using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Load;

/// <summary>A device store over another one, for tests that bend one part of it. The one below stays open.</summary>
/// <param name="below">The other one.</param>
internal class DeviceOver(IDeviceStore below) : IDeviceStore
{
    public virtual IDataGateway Data => below.Data;

    public IMetadataGateway Metadata => below.Metadata;

    public IWriteAheadLog WriteAheadLog => below.WriteAheadLog;

    public ICommitLock CommitLock => below.CommitLock;

    public ValueTask PrepareAsync(CancellationToken cancellation) => below.PrepareAsync(cancellation);

    public virtual ValueTask DestroyAsync(CancellationToken cancellation) => below.DestroyAsync(cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
