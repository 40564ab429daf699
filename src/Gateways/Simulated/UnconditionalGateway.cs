using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>A store that takes no conditions, and says so before: such calls are refused as Unsupported and do nothing.</summary>
/// <param name="inner">The store; it stays open.</param>
internal sealed class UnconditionalGateway(IDataGateway inner) : DataGatewayWrapper(inner, leaveOpen: true)
{
    public override DataTraits Traits => Inner.Traits with { ConditionalCreate = false, ConditionalReplace = false, ConditionalDelete = false };

    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) => made.IsConditional
        ? throw new StorageException(StorageErrorKind.Unsupported, made.Operation == GatewayOperation.Put ? "put" : "delete", made.Key, "status 501 NotImplemented")
        : proceed(cancellation);
}
