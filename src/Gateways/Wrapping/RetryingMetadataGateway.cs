using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>Repeats readings and publications that failed in passing. A publication adds its entry once however often it is made (MET-11), so a lost answer is met by asking again.</summary>
/// <param name="inner">The gateway below.</param>
/// <param name="options">How patiently.</param>
/// <param name="leaveOpen">Whether the gateway below stays open when this one is disposed of.</param>
public sealed class RetryingMetadataGateway(IMetadataGateway inner, RetryOptions options, bool leaveOpen = false) : MetadataGatewayWrapper(inner, leaveOpen)
{
    private readonly RetryPipeline _pipeline = new(options);

    /// <inheritdoc/>
    protected override ValueTask<T> CallAsync<T>(
        GatewayOperation operation,
        MetaEntry? entry,
        IReadOnlyCollection<Cid> superseded,
        Func<CancellationToken, ValueTask<T>> proceed,
        CancellationToken cancellation) => _pipeline.RunAsync(repeatable: true, proceed, cancellation);
}
