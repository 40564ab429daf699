using System.Globalization;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>What the requests of a run are likely to cost.</summary>
internal static class RequestCost
{
    /// <summary>One line that says how many requests are likely to be made, and at which price.</summary>
    public static string Line(RequestEstimate estimate, KnownProvider? provider)
    {
        string requests = string.Create(CultureInfo.InvariantCulture, $"Estimate: about {Rounded(estimate.Total):N0} requests");
        if (provider?.Prices is not { PutPerMillionUsd: { } put, GetPerMillionUsd: { } get } prices)
            return $"{requests}; no price known.";
        double cost = ((estimate.Put * put) + ((estimate.Get + estimate.Head) * get) + (estimate.List * (prices.ListPerMillionUsd ?? put))) / 1_000_000;
        string money = cost == 0 ? "which cost nothing" : cost < 0.01 ? "which cost less than 0.01 USD" : string.Create(CultureInfo.InvariantCulture, $"which cost about {cost:0.00} USD");
        return $"{requests}, {money} at the prices of {provider.Name} ({prices.AsOf}), storage and traffic not counted.";
    }

    // Two figures are all that such a guess is worth.
    private static double Rounded(long value)
    {
        double unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(Math.Max(1, value))) - 1));
        return Math.Round(value / unit) * unit;
    }
}
