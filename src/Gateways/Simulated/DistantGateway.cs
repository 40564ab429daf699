using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>A store at the end of a way: each request and each answer takes a time of its own.</summary>
/// <param name="inner">The store; it stays open.</param>
/// <param name="distance">How long the ways are.</param>
internal sealed class DistantGateway(IDataGateway inner, Distance distance) : DataGatewayWrapper(inner, leaveOpen: true)
{
    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
        distance.GoAsync(proceed, cancellation);
}
