using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>Sound heads whose reading, publishing and telling can be bent.</summary>
/// <param name="sound">The heads below; they are closed with this.</param>
internal sealed class BentHeads(IMetadataGateway sound) : IMetadataGateway
{
    public Func<IMetadataGateway, CancellationToken, ValueTask<MetaReading>> OnRead { get; init; } = static (heads, token) => heads.ReadAsync(token);

    public Func<IMetadataGateway, MetaEntry, IReadOnlyCollection<Cid>, CancellationToken, ValueTask> OnPublish { get; init; } =
        static (heads, entry, superseded, token) => heads.PublishAsync(entry, superseded, token);

    public Func<IMetadataGateway, CancellationToken, IAsyncEnumerable<MetaReading>> OnSubscribe { get; init; } = static (heads, token) => heads.SubscribeAsync(token);

    public Func<MetadataTraits, MetadataTraits> OnTraits { get; init; } = static traits => traits;

    public MetadataTraits Traits => OnTraits(sound.Traits);

    public ValueTask<MetaReading> ReadAsync(CancellationToken cancellation) => OnRead(sound, cancellation);

    public ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation) =>
        OnPublish(sound, entry, superseded, cancellation);

    public IAsyncEnumerable<MetaReading> SubscribeAsync(CancellationToken cancellation) => OnSubscribe(sound, cancellation);

    public ValueTask DisposeAsync() => sound.DisposeAsync();
}
