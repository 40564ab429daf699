using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>Heads that cannot be reached now and then: calls are refused as Transient, and messages come when the outage is over.</summary>
/// <param name="inner">The heads; closed with this.</param>
/// <param name="outages">When.</param>
internal sealed class OutageHeads(IMetadataGateway inner, Outages outages) : HeldHeads(inner, outages.PassAsync)
{
    protected override ValueTask<T> CallAsync<T>(
        GatewayOperation operation,
        MetaEntry? entry,
        IReadOnlyCollection<Cid> superseded,
        Func<CancellationToken, ValueTask<T>> proceed,
        CancellationToken cancellation)
    {
        outages.Check(operation == GatewayOperation.Publish ? "publish" : "read heads", "");
        return proceed(cancellation);
    }
}
