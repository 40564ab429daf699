using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Simulation.Network;

/// <summary>Objects at the other end of a network.</summary>
/// <param name="store">The store; it stays open.</param>
/// <param name="wire">The network.</param>
internal sealed class WiredGateway(IDataGateway store, Wire wire) : DataGatewayWrapper(store, leaveOpen: true)
{
    /// <inheritdoc/>
    public override ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        // What arrives after its sender gave up was copied when it was sent; else the sender's bytes have to stay as they are until the answer comes.
        return base.PutAsync(key, wire.OutlivesClients ? content.ToArray() : content, condition, cancellation);
    }

    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
        wire.SendAsync(Word(made.Operation), made.Key, made.Changes, proceed, cancellation);

    private static string Word(GatewayOperation operation) => operation switch
    {
        GatewayOperation.Put => "put",
        GatewayOperation.Get => "get",
        GatewayOperation.Head => "head",
        GatewayOperation.Delete => "delete",
        _ => "list",
    };
}
