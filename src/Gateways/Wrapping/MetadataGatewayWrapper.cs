using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>A metadata gateway over another one: readings and publications go through hooks, where one behaviour is added. Subscriptions pass as they are.</summary>
/// <param name="inner">The gateway below.</param>
/// <param name="leaveOpen">Whether the gateway below stays open when this one is disposed of.</param>
public abstract class MetadataGatewayWrapper(IMetadataGateway inner, bool leaveOpen = false) : IMetadataGateway
{
    /// <inheritdoc/>
    public virtual MetadataTraits Traits => Inner.Traits;

    /// <summary>The gateway below.</summary>
    protected IMetadataGateway Inner { get; } = inner;

    /// <inheritdoc/>
    public virtual ValueTask<MetaReading> ReadAsync(CancellationToken cancellation) =>
        CallAsync(GatewayOperation.ReadHeads, null, [], Inner.ReadAsync, cancellation);

    /// <inheritdoc/>
    public virtual async ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation) => _ = await CallAsync(
        GatewayOperation.Publish,
        entry,
        superseded,
        async token =>
        {
            await Inner.PublishAsync(entry, superseded, token);
            return true;
        },
        cancellation);

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<MetaReading> SubscribeAsync(CancellationToken cancellation) => Inner.SubscribeAsync(cancellation);

    /// <summary>Closes the gateway below, unless it was to stay open.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return leaveOpen ? ValueTask.CompletedTask : Inner.DisposeAsync();
    }

    /// <summary>Makes a call below; here the behaviour is added.</summary>
    /// <typeparam name="T">What the call gives back.</typeparam>
    /// <param name="operation">Reading or publication.</param>
    /// <param name="entry">The entry of a publication; null for a reading.</param>
    /// <param name="superseded">What a publication drops; empty for a reading.</param>
    /// <param name="proceed">Makes it; may be asked several times: a publication adds its entry once.</param>
    /// <param name="cancellation">Ends the call.</param>
    protected abstract ValueTask<T> CallAsync<T>(
        GatewayOperation operation,
        MetaEntry? entry,
        IReadOnlyCollection<Cid> superseded,
        Func<CancellationToken, ValueTask<T>> proceed,
        CancellationToken cancellation);
}
