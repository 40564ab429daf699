using System.Globalization;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Heads;

namespace FireproofBench.Gateways.Simulated;

/// <summary>The profile of a simulated store, as an address says it: <c>sim:PROFILE?name=value&amp;…</c>.</summary>
/// <remarks>
/// <para>Profiles are those of <see cref="StoreProfiles"/>, <c>fault/ID</c> and <c>oddity/ID</c>. A time is written as 250ms, 5s or 2m. Each parameter goes with each profile.</para>
/// <para>For all: <c>latency</c> (the mean of one way; 1 ms), <c>seed</c> (a whole number; 1), <c>heads=objects</c> (among the objects, each in one of its own), <c>heads=single</c>
/// (all in one, where conditions are held) or <c>heads=service</c> (kept beside the objects), <c>rate</c> (above 0, at most 1: at which part of the occasions a fault strikes, a change is late, or a message is lost or held back).</para>
/// <para>For what stores show: <c>lag</c> (how late, at the most), <c>replicas</c> (nodes, 1 to 9), <c>skew</c> (how far their clocks are apart), <c>max-age</c> (of what the caches
/// of the endpoints keep), <c>conditional=no</c>, <c>outages</c> (their mean time), <c>push</c> (what the service of the heads tells; it keeps them then).</para>
/// </remarks>
internal sealed record SimulatedUrl
{
    private const string Scheme = "sim:";
    private const string Parameters =
        "lag=5s, rate=0.1, latency=1ms, seed=7, heads=objects|single|service, replicas=3, skew=200ms, max-age=30s, conditional=no, outages=10s and push=none|sound|twice|reordered|dropped";

    private const int MostReplicas = 9;

    // There and back, each at most one and a half times the mean.
    private const double LongestWays = 3;

    // A lossy channel loses and holds back so much unless the address says otherwise, and holds it back for at most so long.
    private const double PartOfMessages = 0.25;
    private static readonly TimeSpan _heldBack = TimeSpan.FromMilliseconds(200);

    private SimulatedUrl()
    {
    }

    /// <summary>The profile, without parameters.</summary>
    public required string Profile { get; init; }

    /// <summary>The fault or oddity; null for a profile without.</summary>
    public SimulatedFault? Fault { get; private init; }

    /// <summary>What the profile is with the parameters of the address; for a fault or oddity the store that has it.</summary>
    public required StoreProfile Store { get; init; }

    /// <summary>The mean of one way between client and store.</summary>
    public TimeSpan Latency { get; private init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Decides everything left to chance.</summary>
    public long Seed { get; private init; } = 1;

    /// <summary>Whether heads are objects of the store; null for what its behaviour asks for.</summary>
    public bool? HeadsAreObjects { get; private init; }

    /// <summary>How heads that are objects are kept.</summary>
    public HeadsForm Form { get; private init; }

    /// <summary>
    /// The time after the last write within which the store has converged, everybody reached by it and no outage left. What a fault does it does not tell; an oddity has its own lag in it.
    /// </summary>
    public TimeSpan SettlingTime => Store.Visible + Store.LongestOutage + (Fault is null ? TimeSpan.Zero : Store.Lag) + (Latency * LongestWays);

    private double? Rate { get; init; }

    private string Text { get; init; } = "";

    /// <summary>Reads an address.</summary>
    /// <exception cref="StorageException">InvalidName for a profile, a parameter or a value that nobody knows: the message lists what there is.</exception>
    public static SimulatedUrl Parse(string text)
    {
        int question = text.IndexOf('?', StringComparison.Ordinal);
        string profile = (question < 0 ? text : text[..question])[Scheme.Length..];
        SimulatedFault? fault = FaultOf(profile);
        StoreProfile store = fault is null ? StoreProfiles.All.First(known => known.Name == profile) : StoreProfiles.Strong with { Lag = fault.Lag };
        SimulatedUrl url = new() { Profile = profile, Fault = fault, Store = store, Text = text };
        bool isTold = false;
        foreach (string pair in question < 0 ? [] : text[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            (string name, string value) = equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
            store = url.Store;
            url = name switch
            {
                "lag" => url with { Store = store with { Lag = Duration(name, value) } },
                "latency" => url with { Latency = Duration(name, value) },
                "rate" => url with { Rate = RateOf(value) },
                "seed" when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seed) => url with { Seed = seed },
                "heads" when value is "objects" or "single" or "service" => url with
                {
                    HeadsAreObjects = value != "service",
                    Form = value == "single" ? HeadsForm.SingleObject : HeadsForm.MultiObject,
                },
                "replicas" => url with { Store = store with { Replicas = ReplicasOf(value) } },
                "skew" => url with { Store = store with { Skew = Duration(name, value) } },
                "max-age" => url with { Store = store with { MaxAge = Duration(name, value) } },
                "outages" => url with { Store = store with { MeanOutage = Duration(name, value) } },
                "conditional" when value == "no" => url with { Store = store with { IsConditional = false } },
                "push" => url with { Store = store with { Push = PushOf(value) } },
                _ => throw Wrong($"'{pair}' is not understood; parameters are {Parameters}"),
            };
            isTold |= name == "push" && url.Store.Push != PushForm.None;
        }

        if (isTold && url.HeadsAreObjects == true)
            throw Wrong("heads that are objects have nobody who tells of them: leave heads= out, or take push=none");
        if (url.Form == HeadsForm.SingleObject && !url.Store.HoldsConditions)
            throw Wrong("heads=single needs a store that holds conditions: writers would overwrite each other's heads; take heads=objects");
        return isTold ? url with { HeadsAreObjects = false } : url;
    }

    /// <summary>The behaviour that the address names.</summary>
    /// <param name="time">The clock of the store.</param>
    public StoreBehaviour Behaviour(TimeProvider time)
    {
        StoreBehaviour fault = Fault?.Make(new FaultSetting(Rate ?? Fault.Rate, Store.Lag, time, Seed)) ?? new StoreBehaviour();

        // What surrounds a fault is late each time: the rate is the fault's.
        double late = Fault is null ? Rate ?? 1 : 1;
        return Store.Behaviour(new FaultSetting(late, Store.Lag, time, Seed + 2), new FaultSetting(Rate ?? PartOfMessages, _heldBack, time, Seed + 3), fault);
    }

    /// <summary>The address as it was given.</summary>
    public override string ToString() => Text;

    private static SimulatedFault? FaultOf(string profile)
    {
        if (StoreProfiles.Sound.Contains(profile))
            return null;
        int slash = profile.IndexOf('/', StringComparison.Ordinal);
        string kind = slash < 0 ? profile : profile[..slash];
        string id = slash < 0 ? "" : profile[(slash + 1)..];
        return kind switch
        {
            "fault" => FaultCatalogue.Faults.FirstOrDefault(fault => fault.Id == id) ?? throw Wrong($"no fault has the id '{id}'; there are {Ids(FaultCatalogue.Faults)}"),
            "oddity" => FaultCatalogue.Oddities.FirstOrDefault(oddity => oddity.Id == id) ?? throw Wrong($"no oddity has the id '{id}'; there are {Ids(FaultCatalogue.Oddities)}"),
            _ => throw Wrong($"nobody knows the profile '{profile}'; there are {string.Join(", ", StoreProfiles.Sound)}, fault/ID, oddity/ID"),
        };
    }

    private static string Ids(IEnumerable<SimulatedFault> all) => string.Join(", ", all.Select(static fault => fault.Id));

    private static double RateOf(string value) => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate) && rate is > 0 and <= 1
        ? rate
        : throw Wrong($"rate={value}: a number above 0, at most 1");

    private static int ReplicasOf(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is >= 1 and <= MostReplicas
        ? count
        : throw Wrong($"replicas={value}: a whole number from 1 to {MostReplicas}");

    private static PushForm PushOf(string value) => value switch
    {
        "sound" => PushForm.Sound,
        "none" => PushForm.None,
        "twice" => PushForm.Twice,
        "reordered" => PushForm.Reordered,
        "dropped" => PushForm.Dropped,
        _ => throw Wrong($"push={value}: none, sound, twice, reordered or dropped"),
    };

    private static TimeSpan Duration(string name, string value)
    {
        int digits = 0;
        while (digits < value.Length && (char.IsAsciiDigit(value[digits]) || value[digits] == '.'))
            digits++;
        double unit = value[digits..] switch
        {
            "ms" => 0.001,
            "s" => 1,
            "m" => 60,
            _ => 0,
        };
        return unit > 0 && double.TryParse(value[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number * unit <= 86_400
            ? TimeSpan.FromSeconds(number * unit)
            : throw Wrong($"{name}={value}: a time such as 250ms, 5s or 2m, at most a day");
    }

    private static StorageException Wrong(string reason) => new(StorageErrorKind.InvalidName, "open", "", reason);
}
