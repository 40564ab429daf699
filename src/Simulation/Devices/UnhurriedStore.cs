using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Simulation.Checking;

namespace FireproofBench.Simulation.Devices;

/// <summary>A device store whose calls do not end within the caller's step: others come in between, and the process can die before and after each.</summary>
/// <param name="store">The store; closed with this.</param>
/// <param name="owner">Whose store it is.</param>
/// <param name="secrets">What must not be written in the clear; null where nothing is sealed.</param>
internal sealed class UnhurriedStore(IDeviceStore store, string owner, Secrets? secrets) : IDeviceStore
{
    /// <inheritdoc/>
    public IDataGateway Data { get; } = new Objects(store.Data, owner, secrets);

    /// <inheritdoc/>
    public IMetadataGateway Metadata { get; } = new Heads(store.Metadata, owner, secrets);

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog { get; } = new Log(store.WriteAheadLog, owner, secrets);

    /// <inheritdoc/>
    public ICommitLock CommitLock => store.CommitLock;

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellation) => store.PrepareAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DestroyAsync(CancellationToken cancellation) => store.DestroyAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => store.DisposeAsync();

    private static async ValueTask<T> PassAsync<T>(Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        await Task.Yield();
        T result = await proceed(cancellation);
        await Task.Yield();
        return result;
    }

    private sealed class Objects(IDataGateway data, string owner, Secrets? secrets) : DataGatewayWrapper(data, leaveOpen: true)
    {
        public override ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
        {
            secrets?.Look(owner, key, content.Span);
            return base.PutAsync(key, content, condition, cancellation);
        }

        protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
            PassAsync(proceed, cancellation);
    }

    private sealed class Heads(IMetadataGateway heads, string owner, Secrets? secrets) : MetadataGatewayWrapper(heads, leaveOpen: true)
    {
        protected override ValueTask<T> CallAsync<T>(
            GatewayOperation operation, MetaEntry? entry, IReadOnlyCollection<Cid> superseded, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
        {
            if (entry is not null)
                secrets?.Look(owner, entry);
            return PassAsync(proceed, cancellation);
        }
    }

    private sealed class Log(IWriteAheadLog log, string owner, Secrets? secrets) : IWriteAheadLog
    {
        public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation) => PassAsync(log.ReadAsync, cancellation);

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
        {
            secrets?.Look(owner, "log", content.Span);
            await Task.Yield();
            await log.WriteAsync(content, cancellation);
            await Task.Yield();
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
