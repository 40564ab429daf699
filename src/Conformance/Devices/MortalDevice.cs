using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Devices;

/// <summary>A device store as a process has it that dies after so many calls: of objects, heads, log and lock. The store itself lives on.</summary>
/// <param name="device">The store.</param>
/// <param name="life">The process's; several stores of one process share it.</param>
internal sealed class MortalDevice(IDeviceStore device, LifeSpan life) : IDeviceStore
{
    /// <inheritdoc/>
    public IDataGateway Data { get; } = new GuardedGateway(device.Data, life.Spend);

    /// <inheritdoc/>
    public IMetadataGateway Metadata { get; } = new GuardedHeads(device.Metadata, life.Spend);

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog { get; } = new LogEnd(device.WriteAheadLog, life);

    /// <inheritdoc/>
    public ICommitLock CommitLock { get; } = new LockEnd(device.CommitLock, life);

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellation)
    {
        life.Spend("prepare", "");
        return device.PrepareAsync(cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DestroyAsync(CancellationToken cancellation)
    {
        life.Spend("destroy", "");
        return device.DestroyAsync(cancellation);
    }

    /// <summary>Closes the store: what a process holds is closed when it dies, too.</summary>
    public ValueTask DisposeAsync() => device.DisposeAsync();

    private sealed class LogEnd(IWriteAheadLog log, LifeSpan life) : IWriteAheadLog
    {
        public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
        {
            life.Spend("read log", "");
            return log.ReadAsync(cancellation);
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
        {
            life.Spend("write log", "");
            return log.WriteAsync(content, cancellation);
        }

        public ValueTask DisposeAsync() => log.DisposeAsync();
    }

    // Whoever dies gives up what it held.
    private sealed class LockEnd(ICommitLock commitLock, LifeSpan life) : ICommitLock
    {
        public bool KeepsAllOut => commitLock.KeepsAllOut;

        public ValueTask<IAsyncDisposable> AcquireAsync(CancellationToken cancellation)
        {
            life.Spend("lock", "");
            return commitLock.AcquireAsync(cancellation);
        }

        public ValueTask DisposeAsync() => commitLock.DisposeAsync();
    }
}
