using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Load.Scenarios;

/// <summary>
/// Counts what heads take at a store where each is an object: a look is a listing and a get of each head that is new to this device, a publication is a put and a delete of each head that it replaces.
/// A store that keeps heads otherwise takes other calls, and as many looks and publications.
/// </summary>
internal sealed class MeteredHeads(IMetadataGateway heads, LoadMeter meter) : MetadataGatewayWrapper(heads, leaveOpen: true)
{
    private ImmutableHashSet<Cid> _shown = [];

    /// <inheritdoc/>
    protected override async ValueTask<T> CallAsync<T>(
        GatewayOperation operation, MetaEntry? entry, IReadOnlyCollection<Cid> superseded, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        meter.Count(operation == GatewayOperation.ReadHeads ? GatewayOperation.List : GatewayOperation.Put, sent: 0);
        T answer = await proceed(cancellation);
        ImmutableHashSet<Cid> before = _shown;
        if (entry is not null)
            _shown = before.Except(superseded).Add(entry.Cid);
        foreach (Cid _ in superseded)
            meter.Count(GatewayOperation.Delete, sent: 0);
        if (answer is MetaReading reading)
        {
            _shown = [.. reading.Entries.Select(static found => found.Cid)];
            foreach (Cid _ in _shown.Except(before))
                meter.Count(GatewayOperation.Get, sent: 0);
        }

        return answer;
    }
}
