using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Properties.Sync;

/// <summary>Heads of another store, whose readings and subscriptions can be made to fail.</summary>
internal sealed class HookedHeads(IMetadataGateway below) : MetadataGatewayWrapper(below, leaveOpen: true)
{
    /// <summary>Whether it tells of changes by itself.</summary>
    public bool Push { get; init; } = true;

    /// <summary>Is called before each reading.</summary>
    public Action? Reading { get; init; }

    /// <summary>Is called before each subscription.</summary>
    public Action? Listening { get; init; }

    public override MetadataTraits Traits => base.Traits with { Push = Push };

    public override IAsyncEnumerable<MetaReading> SubscribeAsync(CancellationToken cancellation)
    {
        Listening?.Invoke();
        return base.SubscribeAsync(cancellation);
    }

    protected override ValueTask<T> CallAsync<T>(
        GatewayOperation operation, MetaEntry? entry, IReadOnlyCollection<Cid> superseded, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        if (operation == GatewayOperation.ReadHeads)
            Reading?.Invoke();
        return proceed(cancellation);
    }
}
