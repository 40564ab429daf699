using System.Globalization;
using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Loading;

/// <summary><c>--prices TEXT</c>: what requests and traffic cost, for a store whose prices are not known.</summary>
internal static class LoadPrices
{
    /// <summary>How it is written: US dollars for a million requests of a kind, and for a gigabyte received.</summary>
    public const string Example = "put=5,get=0.4,list=5,egress=0.09";

    private const string Option = "--prices";
    private const double Most = 1e9;

    /// <summary>Reads prices.</summary>
    /// <exception cref="UsageException">They are not of the form, or those of puts and gets are not among them.</exception>
    public static KnownPrices? Read(string? text)
    {
        if (text is null)
            return null;
        Dictionary<string, double> prices = new(StringComparer.Ordinal);
        foreach (string part in text.Split(','))
        {
            string[] pair = part.Split('=', 2, StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || pair[0] is not ("put" or "get" or "list" or "egress")
                || !double.TryParse(pair[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double price) || price is not (>= 0 and <= Most))
                throw new UsageException($"{Option}: '{part.Trim()}' is no price: US dollars for a million puts, gets and listings, and for a gigabyte received, as in {Example}.");
            if (!prices.TryAdd(pair[0], price))
                throw new UsageException($"{Option}: '{pair[0]}' stands there twice.");
        }

        return prices.TryGetValue("put", out double put) && prices.TryGetValue("get", out double get)
            ? new KnownPrices
            {
                PutPerMillionUsd = put,
                GetPerMillionUsd = get,
                ListPerMillionUsd = prices.TryGetValue("list", out double list) ? list : null,
                EgressGbUsd = prices.TryGetValue("egress", out double egress) ? egress : null,
                AsOf = "",
                Source = Option,
            }
            : throw new UsageException($"{Option}: the prices of put and get are needed, as in {Example}.");
    }
}
