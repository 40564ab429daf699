using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Stores;

/// <summary>All ways to the store under test that a run has.</summary>
/// <param name="All">The run's own, that of another client, and one an endpoint.</param>
/// <param name="Peer">What was opened for the other client; null when it shares the gateway of the run.</param>
internal sealed record StoreViews(ImmutableArray<StoreView> All, IDataGateway? Peer) : IAsyncDisposable
{
    /// <summary>Opens them.</summary>
    /// <exception cref="StoreUnusableException">The store cannot be opened a second time.</exception>
    public static async ValueTask<StoreViews> OpenAsync(
        StoreUnderTest target, ObservedGateway observed, RequestMeter meter, TimeProvider time, CancellationToken cancellation)
    {
        IDataGateway? peer;
        try
        {
            peer = target.OpenPeer is { } open ? await open(cancellation) : null;
        }
        catch (StorageException failure)
        {
            throw new StoreUnusableException($"the store cannot be opened as a second client: {failure.Message}", failure);
        }

        ObservedGateway Counted(IDataGateway store) => new(store, meter, observed);
        return new StoreViews(
            [
                new StoreView("a client", "", observed, meter, time),
                new StoreView("another client", "", Counted(peer ?? target.Data), meter, time),
                .. target.Endpoints.Select(e => new StoreView($"a client of {e.Url}", e.Url, Counted(e.Data), meter, time)),
            ],
            peer);
    }

    /// <summary>Closes what was opened for the run alone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Peer is not null)
            await Peer.DisposeAsync();
    }
}
