using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Devices;

/// <summary>Heads before each of whose calls somebody is asked, who may throw in its place.</summary>
/// <param name="heads">The heads; they are closed with this.</param>
/// <param name="before">Gets the call's name, and no key.</param>
internal sealed class GuardedHeads(IMetadataGateway heads, Action<string, string> before) : MetadataGatewayWrapper(heads)
{
    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(
        GatewayOperation operation, MetaEntry? entry, IReadOnlyCollection<Cid> superseded, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        before(operation == GatewayOperation.Publish ? "publish" : "read heads", "");
        return proceed(cancellation);
    }
}
