using System.Globalization;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>The profile of a simulated store, as an address says it: <c>sim:PROFILE?name=value&amp;…</c>.</summary>
/// <remarks>
/// Profiles are <c>strong</c>, <c>eventual</c>, <c>fault/ID</c> and <c>oddity/ID</c>. Parameters: <c>lag</c> (as 250ms, 5s or 2m), <c>rate</c> (above 0, at most 1), <c>latency</c> (the mean of one
/// way; 1 ms), <c>seed</c> (a whole number; 1), <c>heads=objects</c> (heads among the objects, not kept by a service beside them).
/// </remarks>
internal sealed record SimulatedUrl
{
    private const string Scheme = "sim:";
    private const string Known = "strong, eventual, fault/ID, oddity/ID";

    private SimulatedUrl()
    {
    }

    /// <summary>The profile, without parameters.</summary>
    public required string Profile { get; init; }

    /// <summary>The fault or oddity; null for a profile without.</summary>
    public SimulatedFault? Fault { get; private init; }

    /// <summary>The mean of one way between client and store.</summary>
    public TimeSpan Latency { get; private init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Decides everything left to chance.</summary>
    public long Seed { get; private init; } = 1;

    /// <summary>Whether heads are objects of the store.</summary>
    public bool HeadsAreObjects { get; private init; }

    private TimeSpan? Lag { get; init; }

    private double? Rate { get; init; }

    private string Text { get; init; } = "";

    /// <summary>Reads an address.</summary>
    /// <exception cref="StorageException">InvalidName for a profile, a parameter or a value that nobody knows: the message lists what there is.</exception>
    public static SimulatedUrl Parse(string text)
    {
        int question = text.IndexOf('?', StringComparison.Ordinal);
        string profile = (question < 0 ? text : text[..question])[Scheme.Length..];
        SimulatedUrl url = new() { Profile = profile, Fault = FaultOf(profile), Text = text };
        foreach (string pair in question < 0 ? [] : text[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            (string name, string value) = equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
            url = name switch
            {
                "lag" => url with { Lag = Duration(name, value) },
                "latency" => url with { Latency = Duration(name, value) },
                "rate" => url with { Rate = RateOf(value) },
                "seed" when long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seed) => url with { Seed = seed },
                "heads" when value is "objects" or "service" => url with { HeadsAreObjects = value == "objects" },
                _ => throw Wrong($"'{pair}' is not understood; parameters are lag=5s, rate=0.1, latency=1ms, seed=7 and heads=objects|service"),
            };
        }

        return url;
    }

    /// <summary>The behaviour that the profile names.</summary>
    /// <param name="time">The clock of the store.</param>
    public StoreBehaviour Behaviour(TimeProvider time)
    {
        TimeSpan lag = Lag ?? Fault?.Lag ?? TimeSpan.FromSeconds(5);
        FaultSetting setting = new(Rate ?? Fault?.Rate ?? 1, lag, time, Seed);
        if (Fault is { } fault)
            return fault.Make(setting);
        return Profile == "eventual" ? Faults.Oddities.Eventual(setting) : new StoreBehaviour();
    }

    /// <summary>The address as it was given.</summary>
    public override string ToString() => Text;

    private static SimulatedFault? FaultOf(string profile)
    {
        if (profile is "strong" or "eventual")
            return null;
        int slash = profile.IndexOf('/', StringComparison.Ordinal);
        string kind = slash < 0 ? profile : profile[..slash];
        string id = slash < 0 ? "" : profile[(slash + 1)..];
        return kind switch
        {
            "fault" => FaultCatalogue.Faults.FirstOrDefault(fault => fault.Id == id) ?? throw Wrong($"no fault has the id '{id}'; there are {Ids(FaultCatalogue.Faults)}"),
            "oddity" => FaultCatalogue.Oddities.FirstOrDefault(oddity => oddity.Id == id) ?? throw Wrong($"no oddity has the id '{id}'; there are {Ids(FaultCatalogue.Oddities)}"),
            _ => throw Wrong($"nobody knows the profile '{profile}'; there are {Known}"),
        };
    }

    private static string Ids(IEnumerable<SimulatedFault> all) => string.Join(", ", all.Select(static fault => fault.Id));

    private static double RateOf(string value) => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate) && rate is > 0 and <= 1
        ? rate
        : throw Wrong($"rate={value}: a number above 0, at most 1");

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
