using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>Heads with keys beside them: what is read is offered to the database before the files are opened; its own keys go out only where that is asked for.</summary>
/// <param name="below">The heads.</param>
/// <param name="keys">The keys of the database.</param>
/// <param name="publishes">Whether the keys are written beside the heads.</param>
internal sealed class MetadataWithKeys(IMetadataGateway below, DatabaseKeys keys, bool publishes) : IMetadataGateway
{
    private MetaReading? _taken;

    /// <inheritdoc/>
    public MetadataTraits Traits => below.Traits;

    /// <inheritdoc/>
    public async ValueTask<MetaReading> ReadAsync(CancellationToken cancellation) => await TakeAsync(await below.ReadAsync(cancellation), cancellation);

    /// <inheritdoc/>
    public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation) =>
        below.PublishAsync(publishes ? entry with { Keys = Published() } : entry, superseded, cancellation);

    /// <inheritdoc/>
    public async IAsyncEnumerable<MetaReading> SubscribeAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (MetaReading reading in below.SubscribeAsync(cancellation))
            yield return await TakeAsync(reading, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => below.DisposeAsync();

    // The one that seals comes first: where the limit cuts, it stays.
    private ImmutableArray<PublishedKey> Published() =>
        [.. keys.Ring.Keys.OrderBy(key => key.Fingerprint != keys.Ring.Sealing.Fingerprint).Take(PublishedKey.MaxKeys).Select(PublishedKey.Of)];

    private async ValueTask<MetaReading> TakeAsync(MetaReading reading, CancellationToken cancellation)
    {
        if (ReferenceEquals(reading, Volatile.Read(ref _taken)))
            return reading;
        if (reading.Entries.Any(static entry => entry.Keys.Length > 0))
            await keys.OfferAsync([.. reading.Entries.SelectMany(static entry => entry.Keys).DistinctBy(static key => key.Fingerprint)], cancellation);
        Volatile.Write(ref _taken, reading);
        return reading;
    }
}
