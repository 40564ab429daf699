using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Settling;

/// <summary>Heads that are read until they show what the clients of the check published, at most for as long as the store may be late.</summary>
/// <param name="inner">The heads; they stay open.</param>
/// <param name="writes">What the clients did.</param>
/// <param name="place">Names the database among those of the check.</param>
internal sealed class SettledHeads(IMetadataGateway inner, SettledWrites writes, string place) : MetadataGatewayWrapper(inner, leaveOpen: true)
{
    private const string There = "there";

    public override ValueTask<MetaReading> ReadAsync(CancellationToken cancellation) => writes.SettledAsync(() => Inner.ReadAsync(cancellation), Late, cancellation);

    public override async ValueTask PublishAsync(MetaEntry entry, IReadOnlyCollection<Cid> superseded, CancellationToken cancellation) => _ = await writes.ChangeAsync(
        Name(entry.Cid),
        async () =>
        {
            await Inner.PublishAsync(entry, superseded, cancellation);
            foreach (Cid gone in superseded)
                _ = await writes.ChangeAsync(Name(gone), static () => new ValueTask<bool>(true), null);
            return true;
        },
        static _ => There);

    protected override ValueTask<T> CallAsync<T>(
        GatewayOperation operation, MetaEntry? entry, IReadOnlyCollection<Cid> superseded, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
        proceed(cancellation);

    private long? Late(MetaReading reading) => writes.LateWithPage(
        $"{place}/heads/", null, new ListPage([.. reading.Entries.Select(entry => new ObjectInfo(Name(entry.Cid), 0, There, null))], null));

    private string Name(Cid event_) => $"{place}/heads/{event_}";
}
