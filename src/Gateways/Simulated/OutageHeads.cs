using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>Heads that cannot be reached now and then: calls are refused as Transient, and messages come when the outage is over.</summary>
/// <param name="inner">The heads; closed with this.</param>
/// <param name="outages">When.</param>
/// <param name="time">The clock.</param>
internal sealed class OutageHeads(IMetadataGateway inner, Outages outages, TimeProvider time) : MetadataGatewayWrapper(inner)
{
    public override async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (MetaReading reading in Inner.SubscribeAsync(cancellation))
        {
            if (outages.Left() is { Ticks: > 0 } left)
                await Task.Delay(left, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (cancellation.IsCancellationRequested)
                yield break;
            yield return reading;
        }
    }

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
