using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Devices;

/// <summary>A store before each of whose calls somebody is asked, who may throw in its place.</summary>
/// <param name="store">The store; it is closed with this.</param>
/// <param name="before">Gets the call's name and its key or prefix.</param>
internal sealed class GuardedGateway(IDataGateway store, Action<string, string> before) : DataGatewayWrapper(store)
{
    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        before(made.Operation.ToString().ToLowerInvariant(), made.Key);
        return proceed(cancellation);
    }
}
