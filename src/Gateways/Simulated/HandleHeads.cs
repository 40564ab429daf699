using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>One client's handle on heads that it shares with others: closing it ends its own subscriptions only.</summary>
/// <param name="shared">The heads; they stay open.</param>
internal sealed class HandleHeads(IMetadataGateway shared) : MetadataGatewayWrapper(shared, leaveOpen: true)
{
    private readonly CancellationTokenSource _closed = new();

    public override async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
        await foreach (MetaReading reading in Inner.SubscribeAsync(either.Token))
            yield return reading;
    }

    public override ValueTask DisposeAsync()
    {
        if (!_closed.IsCancellationRequested)
            _closed.Cancel();
        _closed.Dispose();
        return base.DisposeAsync();
    }

    protected override ValueTask<T> CallAsync<T>(
        GatewayOperation operation,
        MetaEntry? entry,
        IReadOnlyCollection<Cid> superseded,
        Func<CancellationToken, ValueTask<T>> proceed,
        CancellationToken cancellation) => proceed(cancellation);
}
