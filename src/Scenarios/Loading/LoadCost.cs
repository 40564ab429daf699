using FireproofBench.Load.Results;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Loading;

/// <summary>What transactions cost at a provider, by the requests that a run made.</summary>
internal static class LoadCost
{
    /// <summary>US dollars for requests and what came with them, storage not counted; null where the prices are not known.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="received">Bytes that came from the store.</param>
    /// <param name="prices">The provider's prices; null for none.</param>
    public static double? Of(RequestCounts requests, long received, KnownPrices? prices) => prices is { PutPerMillionUsd: { } put, GetPerMillionUsd: { } get }
        ? (((requests.Put * put) + ((requests.Get + requests.Head) * get) + (requests.List * (prices.ListPerMillionUsd ?? put))) / 1e6) + (received / 1e9 * (prices.EgressGbUsd ?? 0))
        : null;

    /// <summary>US dollars for a million transactions, storage not counted; null where the prices are not known.</summary>
    /// <param name="after">The requests and bytes of the run.</param>
    /// <param name="transactions">How many transactions they were for.</param>
    /// <param name="prices">The provider's prices; null for none.</param>
    public static double? PerMillion(LoadAftermath after, long transactions, KnownPrices? prices) =>
        transactions == 0 ? null : Of(after.Requests, after.Received, prices) / transactions * 1e6;
}
