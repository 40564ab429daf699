using FireproofBench.Conformance.Stores;
using FireproofBench.Gateways;
using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Simulation.World;

namespace FireproofBench.LoadBench;

/// <summary>
/// Stores by URLs of this program, all over memory: <c>null:</c>, <c>stall:</c>, and those whose puts take a drawn time, so that what is found is not the machine's mood: <c>even:</c>, <c>slow:</c>,
/// <c>tail:</c>, <c>night:</c>. All other URLs are as the tool has them.
/// </summary>
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

    // Of the logarithm of a put's time, around two milliseconds: a store that is neither very even nor very uneven.
    private const double Spread = 0.3;
    private static readonly TimeSpan s_usual = TimeSpan.FromMilliseconds(2);
    private static int s_opened;

    /// <summary>Whether it is a slow night.</summary>
    public static bool IsNightSlow { get; set; }

    /// <summary>Opens one.</summary>
    public static async ValueTask<StoreUnderTest> OpenAsync(string url, Secret? token, CancellationToken cancellation)
    {
        string scheme = url[..(url.IndexOf(':', StringComparison.Ordinal) + 1)];
        bool isBent = scheme is "null:" or "stall:" or "even:" or "slow:" or "tail:" or "night:";
        StoreUnderTest store = await StoreUrls.OpenAsync(isBent ? "memory:" : url, token, cancellation);

        // Each run draws times of its own, the same in each process.
        Dice dice = new(Interlocked.Increment(ref s_opened), "times");
        return scheme switch
        {
            "null:" => store with { Url = url, Data = new NullGateway(store.Data) },
            "stall:" => store with { Url = url, Data = new StallingGateway(store.Data, StallAfter, StallLength) },
            "even:" => store with { Url = url, Data = new SlowedGateway(store.Data, _ => Draw(dice)) },
            "slow:" => store with { Url = url, Data = new SlowedGateway(store.Data, _ => Draw(dice) * (1 + Slower)) },
            "tail:" => store with { Url = url, Data = new SlowedGateway(store.Data, _ => Draw(dice) + (dice.OneIn(TailOneIn) ? TailLonger : TimeSpan.Zero)) },
            "night:" => store with { Url = url, Data = new SlowedGateway(store.Data, _ => Draw(dice) * (IsNightSlow ? 1 + NightSlower : 1)) },
            _ => store,
        };
    }

    // Log-normal, by the method of Box and Muller (1958).
    private static TimeSpan Draw(Dice dice) => s_usual * Math.Exp(Spread * Math.Sqrt(-2 * Math.Log(1 - dice.Fraction())) * Math.Cos(2 * Math.PI * dice.Fraction()));
}
