using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.LoadBench;

/// <summary>Takes puts and does nothing with them: what remains is the load engine itself. The preparation and the clean-up see the store below.</summary>
internal sealed class NullGateway(IDataGateway store) : DataGatewayWrapper(store)
{
    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
        made.Operation == GatewayOperation.Put ? default : proceed(cancellation);
}
