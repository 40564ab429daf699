using FireproofBench.Load.Results;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Loading;

/// <summary>What transactions cost at a provider, by the requests that a run made.</summary>
internal static class LoadCost
{
    /// <summary>US dollars for a million transactions, storage not counted; null where the prices are not known.</summary>
    /// <param name="after">The requests and bytes of the run.</param>
    /// <param name="transactions">How many transactions they were for.</param>
    /// <param name="prices">The provider's prices; null for none.</param>
    public static double? PerMillion(LoadAftermath after, long transactions, KnownPrices? prices)
    {
        if (transactions == 0 || prices is not { PutPerMillionUsd: { } put, GetPerMillionUsd: { } get })
            return null;
        double requests = ((after.Requests.Put * put) + ((after.Requests.Get + after.Requests.Head) * get) + (after.Requests.List * (prices.ListPerMillionUsd ?? put))) / 1e6;
        double traffic = after.Received / 1e9 * (prices.EgressGbUsd ?? 0);
        return (requests + traffic) / transactions * 1e6;
    }
}
