using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>One database whose objects are in one place and whose heads are in another, such as a WebDAV server and a folder.</summary>
/// <remarks>Log and commit lock are the heads' place's: that is where writers meet. Both places belong to this and are closed with it.</remarks>
/// <param name="objects">Where the objects are.</param>
/// <param name="heads">Where the heads are.</param>
public sealed class SplitDeviceStore(IDeviceStore objects, IDeviceStore heads) : IDeviceStore
{
    /// <inheritdoc/>
    public IDataGateway Data => objects.Data;

    /// <inheritdoc/>
    public IMetadataGateway Metadata => heads.Metadata;

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog => heads.WriteAheadLog;

    /// <inheritdoc/>
    public ICommitLock CommitLock => heads.CommitLock;

    /// <inheritdoc/>
    public async ValueTask PrepareAsync(CancellationToken cancellation)
    {
        await objects.PrepareAsync(cancellation);
        await heads.PrepareAsync(cancellation);
    }

    /// <summary>Removes the heads, then the objects: whatever a broken connection leaves is no database that names missing files.</summary>
    public async ValueTask DestroyAsync(CancellationToken cancellation)
    {
        await heads.DestroyAsync(cancellation);
        await objects.DestroyAsync(cancellation);
    }

    /// <summary>Closes both places. Nothing is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await heads.DisposeAsync();
        await objects.DisposeAsync();
    }
}
