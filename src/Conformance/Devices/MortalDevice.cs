using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Devices;

/// <summary>A device store as a process has it that dies after so many calls: of objects, heads, log and lock. The store itself lives on.</summary>
/// <param name="device">The store.</param>
/// <param name="life">The process's; several stores of one process share it.</param>
internal sealed class MortalDevice(IDeviceStore device, LifeSpan life) : IDeviceStore
{
    /// <inheritdoc/>
    public IDataGateway Data { get; } = new DataEnd(device.Data, life);

    /// <inheritdoc/>
    public IMetadataGateway Metadata { get; } = new MetadataEnd(device.Metadata, life);

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

    private sealed class DataEnd(IDataGateway data, LifeSpan life) : IDataGateway
    {
        public DataTraits Traits => data.Traits;

        public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
        {
            life.Spend("put", key);
            return data.PutAsync(key, content, condition, cancellation);
        }

        public ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation)
        {
            life.Spend("put", key);
            return data.PutAsync(key, content, condition, cancellation);
        }

        public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
        {
            life.Spend("get", key);
            return data.GetAsync(key, range, cancellation);
        }

        public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
        {
            life.Spend("head", key);
            return data.HeadAsync(key, cancellation);
        }

        public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
        {
            life.Spend("delete", key);
            return data.DeleteAsync(key, version, cancellation);
        }

        public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
        {
            life.Spend("list", prefix);
            return data.ListAsync(prefix, after, limit, cancellation);
        }

        public ValueTask DisposeAsync() => data.DisposeAsync();
    }

    private sealed class MetadataEnd(IMetadataGateway metadata, LifeSpan life) : IMetadataGateway
    {
        public MetadataTraits Traits => metadata.Traits;

        public ValueTask<MetaReading> ReadAsync(CancellationToken cancellation)
        {
            life.Spend("read heads", "");
            return metadata.ReadAsync(cancellation);
        }

        public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
        {
            life.Spend("publish", "");
            return metadata.PublishAsync(entry, superseded, cancellation);
        }

        public IAsyncEnumerable<MetaReading> SubscribeAsync(CancellationToken cancellation) => metadata.SubscribeAsync(cancellation);

        public ValueTask DisposeAsync() => metadata.DisposeAsync();
    }

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
        public ValueTask<IAsyncDisposable> AcquireAsync(CancellationToken cancellation)
        {
            life.Spend("lock", "");
            return commitLock.AcquireAsync(cancellation);
        }

        public ValueTask DisposeAsync() => commitLock.DisposeAsync();
    }
}
