using System.Text.Json;

namespace FireproofBench.Scenarios.Providers;

/// <summary>Prices in US dollars; null where they were not found.</summary>
internal sealed record KnownPrices
{
    /// <summary>A million puts.</summary>
    public double? PutPerMillionUsd { get; init; }

    /// <summary>A million gets and heads.</summary>
    public double? GetPerMillionUsd { get; init; }

    /// <summary>A million pages of listings.</summary>
    public double? ListPerMillionUsd { get; init; }

    /// <summary>A gigabyte kept for a month.</summary>
    public double? StorageGbMonthUsd { get; init; }

    /// <summary>A gigabyte read from outside.</summary>
    public double? EgressGbUsd { get; init; }

    /// <summary>When they were so.</summary>
    public required string AsOf { get; init; }

    /// <summary>Where they stand.</summary>
    public required string Source { get; init; }

    /// <summary>What they leave out.</summary>
    public string Note { get; init; } = "";

    /// <summary>Prices that are published in euros only, by name.</summary>
    public JsonElement? Eur { get; init; }
}
