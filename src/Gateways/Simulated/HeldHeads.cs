using System.Runtime.CompilerServices;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Gateways.Simulated;

/// <summary>Heads whose messages are held on their way to whoever subscribed.</summary>
/// <param name="inner">The heads; closed with this.</param>
/// <param name="holdAsync">Holds a message, until it is cancelled at the latest.</param>
internal abstract class HeldHeads(IMetadataGateway inner, Func<CancellationToken, Task> holdAsync) : MetadataGatewayWrapper(inner)
{
    public override async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (MetaReading reading in Inner.SubscribeAsync(cancellation))
        {
            await holdAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            if (cancellation.IsCancellationRequested)
                yield break;
            yield return reading;
        }
    }
}
