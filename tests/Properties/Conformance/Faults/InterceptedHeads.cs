using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>Heads whose reading, publishing and telling can be bent.</summary>
internal sealed class InterceptedHeads(IMetadataGateway sound) : IMetadataGateway
{
    public Func<IMetadataGateway, CancellationToken, ValueTask<MetaReading>> OnRead { get; init; } = (s, t) => s.ReadAsync(t);

    public Func<IMetadataGateway, MetaEntry, IReadOnlyCollection<Cid>, CancellationToken, ValueTask> OnPublish { get; init; } = (s, e, p, t) =>
        s.PublishAsync(e, p, t);

    public Func<IMetadataGateway, CancellationToken, IAsyncEnumerable<MetaReading>> OnSubscribe { get; init; } = (s, t) => s.SubscribeAsync(t);

    public Func<MetadataTraits, MetadataTraits> OnTraits { get; init; } = t => t;

    public MetadataTraits Traits => OnTraits(sound.Traits);

    public ValueTask<MetaReading> ReadAsync(CancellationToken cancellation) => OnRead(sound, cancellation);

    public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation) =>
        OnPublish(sound, entry, superseded, cancellation);

    public IAsyncEnumerable<MetaReading> SubscribeAsync(CancellationToken cancellation) => OnSubscribe(sound, cancellation);

    public ValueTask DisposeAsync() => sound.DisposeAsync();
}
