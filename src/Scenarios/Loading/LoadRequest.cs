using System.Collections.Immutable;
using FireproofBench.Gateways;
using FireproofBench.Load.Feeds;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Loading;

/// <summary>A load run as the user asked for it.</summary>
internal sealed record LoadRequest
{
    /// <summary>The scenario.</summary>
    public required ScenarioEntry Scenario { get; init; }

    /// <summary>The store.</summary>
    public required string Url { get; init; }

    /// <summary>The bearer token for an endpoint; null for none.</summary>
    public Secret? Token { get; init; }

    /// <summary>The load.</summary>
    public required LoadPlan Plan { get; init; }

    /// <summary>Open model: how many iterations are under way at most.</summary>
    public required int Workers { get; init; }

    /// <summary>The numbers of the scenario.</summary>
    public required ScenarioSettings Settings { get; init; }

    /// <summary>When the load is to begin; null for as soon as all is prepared.</summary>
    public DateTimeOffset? StartAt { get; init; }

    /// <summary>Rows of data for the contents; null for none.</summary>
    public FeedSource? Feed { get; init; }

    /// <summary>Decides everything left to chance, and names the prefix.</summary>
    public required long Seed { get; init; }

    /// <summary>What the run has to keep.</summary>
    public required ImmutableArray<string> Thresholds { get; init; }

    /// <summary>The folder of all results.</summary>
    public required string Results { get; init; }

    /// <summary>Where Prometheus may ask for the figures while the run goes on; null for nowhere.</summary>
    public Uri? Prometheus { get; init; }

    /// <summary>Whether the objects of the run stay.</summary>
    public bool Keep { get; init; }

    /// <summary>What this run may ask of the store, together with others that have the same.</summary>
    public LoadBudget Budget { get; init; } = new();

    /// <summary>The provider whose prices count; null for the one that is recognised.</summary>
    public KnownProvider? Provider { get; init; }

    /// <summary>Prices in place of the provider's; null for those.</summary>
    public KnownPrices? Prices { get; init; }
}
