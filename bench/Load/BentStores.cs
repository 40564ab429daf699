using FireproofBench.Conformance.Stores;
using FireproofBench.Gateways;
using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Simulation.World;

namespace FireproofBench.LoadBench;

/// <summary>Stores by URLs of this program: <c>null:</c>, <c>stall:</c>, <c>slow:FOLDER</c>, <c>tail:FOLDER</c>, <c>night:FOLDER</c>; all others are as the tool has them.</summary>
internal static class BentStores
{
    /// <summary>The first put to wait.</summary>
    public const int StallAfter = 8000;

    /// <summary>How long a stall is.</summary>
    public static readonly TimeSpan StallLength = TimeSpan.FromSeconds(1.4);

    /// <summary>How much longer each put of a slowed store takes.</summary>
    public const double Slower = 0.1;

    /// <summary>One in so many puts is of the slowed tail.</summary>
    public const int TailOneIn = 50;

    /// <summary>How much longer those take.</summary>
    public static readonly TimeSpan TailLonger = TimeSpan.FromMilliseconds(4);

    /// <summary>How much longer each put of a slow night takes.</summary>
    public const double NightSlower = 0.25;

    /// <summary>Whether it is a slow night.</summary>
    public static bool IsNightSlow { get; set; }

    /// <summary>Opens one.</summary>
    public static async ValueTask<StoreUnderTest> OpenAsync(string url, Secret? token, CancellationToken cancellation)
    {
        string scheme = url[..(url.IndexOf(':', StringComparison.Ordinal) + 1)];
        string place = scheme switch
        {
            "slow:" or "tail:" or "night:" => url[scheme.Length..],
            "null:" or "stall:" => "memory:",
            _ => url,
        };
        StoreUnderTest store = await StoreUrls.OpenAsync(place, token, cancellation);
        Dice dice = new(1, url);
        return scheme switch
        {
            "null:" => store with { Url = url, Data = new NullGateway(store.Data) },
            "stall:" => store with { Url = url, Data = new StallingGateway(store.Data, StallAfter, StallLength) },
            "slow:" => store with { Url = url, Data = new SlowedGateway(store.Data, static took => took * Slower) },
            "tail:" => store with { Url = url, Data = new SlowedGateway(store.Data, _ => dice.OneIn(TailOneIn) ? TailLonger : TimeSpan.Zero) },
            "night:" => store with { Url = "night", Data = IsNightSlow ? new SlowedGateway(store.Data, static took => took * NightSlower) : store.Data },
            _ => store,
        };
    }
}
