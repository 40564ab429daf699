using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Heads;

/// <summary>Heads that are shown as they were, authentic and old, until somebody publishes. They stay open.</summary>
/// <param name="heads">The heads as they are.</param>
/// <param name="former">What is shown.</param>
internal sealed class FormerHeads(IMetadataGateway heads, MetaReading former) : IMetadataGateway
{
    private MetaReading? _former = former;

    /// <inheritdoc/>
    public MetadataTraits Traits { get; } = heads.Traits with { Push = false };

    /// <inheritdoc/>
    public ValueTask<MetaReading> ReadAsync(CancellationToken cancellation) =>
        Volatile.Read(ref _former) is { } shown ? ValueTask.FromResult(shown) : heads.ReadAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation)
    {
        Volatile.Write(ref _former, null);
        return heads.PublishAsync(entry, superseded, cancellation);
    }

    /// <summary>Tells nothing: what is shown does not change.</summary>
    public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        yield break;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
