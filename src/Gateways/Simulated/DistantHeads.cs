using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>Heads at the end of a way: requests, answers and messages take their time.</summary>
/// <param name="inner">The heads; closed with this.</param>
/// <param name="distance">How long the ways are.</param>
internal sealed class DistantHeads(IMetadataGateway inner, Distance distance) : HeldHeads(inner, distance.PassAsync)
{
    protected override ValueTask<T> CallAsync<T>(
        GatewayOperation operation,
        MetaEntry? entry,
        IReadOnlyCollection<Cid> superseded,
        Func<CancellationToken, ValueTask<T>> proceed,
        CancellationToken cancellation) => distance.GoAsync(proceed, cancellation);
}
