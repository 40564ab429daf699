using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Memory;

/// <summary>One database in the memory of this process. It lasts as long as this instance: closing a database on it and opening another finds what was written.</summary>
public sealed class MemoryDeviceStore : IDeviceStore
{
    private readonly MemoryDataGateway _data;
    private readonly MemoryMetadataGateway _metadata = new();
    private readonly MemoryWriteAheadLog _log = new();

    /// <summary>An empty database.</summary>
    /// <param name="databaseName">Its name, under the same rules as a folder's.</param>
    /// <param name="time">The clock that says when an object was written.</param>
    /// <exception cref="StorageException">InvalidName.</exception>
    public MemoryDeviceStore(string databaseName, TimeProvider time)
    {
        DatabaseName.Check(databaseName, Filesystem.ReservedFolder.Name);
        _data = new MemoryDataGateway(time);
    }

    /// <inheritdoc/>
    public IDataGateway Data => _data;

    /// <inheritdoc/>
    public IMetadataGateway Metadata => _metadata;

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog => _log;

    /// <inheritdoc/>
    public ICommitLock CommitLock { get; } = new MemoryCommitLock(keepsAllOut: true);

    /// <summary>Does nothing: an empty database in memory has neither folders nor left-overs.</summary>
    public ValueTask PrepareAsync(CancellationToken cancellation) =>
        cancellation.IsCancellationRequested ? ValueTask.FromCanceled(cancellation) : ValueTask.CompletedTask;

    /// <summary>Removes heads, log and objects, in this order.</summary>
    public ValueTask DestroyAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        _metadata.Clear();
        _log.Clear();
        _data.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends the subscriptions. Everything stays for whoever holds the instance.</summary>
    public async ValueTask DisposeAsync()
    {
        await _metadata.DisposeAsync();
        await _log.DisposeAsync();
        await _data.DisposeAsync();
    }
}
