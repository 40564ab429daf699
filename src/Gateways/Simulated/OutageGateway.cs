using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>A store that cannot be reached now and then: a call is refused as Transient before anything is done.</summary>
/// <param name="inner">The store; it stays open.</param>
/// <param name="outages">When.</param>
internal sealed class OutageGateway(IDataGateway inner, Outages outages) : DataGatewayWrapper(inner, leaveOpen: true)
{
    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        outages.Check(
            made.Operation switch
            {
                GatewayOperation.Put => "put",
                GatewayOperation.Get => "get",
                GatewayOperation.Head => "head",
                GatewayOperation.Delete => "delete",
                _ => "list",
            },
            made.Key);
        return proceed(cancellation);
    }
}
