using System.Globalization;

namespace FireproofBench.Load.Results;

/// <summary>What runs must have in common for their figures to be compared over time.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Provider">What the store is.</param>
/// <param name="Url">The store's address as people may see it.</param>
/// <param name="Plan">The load.</param>
/// <param name="Settings">The numbers of the scenario, as JSON.</param>
internal sealed record RunKind(string Scenario, string Provider, string Url, string Plan, string Settings)
{
    private const string Constant = "constant";

    /// <summary>How the arrivals of an open model are spread.</summary>
    public string Arrivals { get; init; } = Constant;

    /// <summary>How many workers there were; 0 where a result does not say it.</summary>
    public int Workers { get; init; }

    /// <summary>How long the warm-up was.</summary>
    public TimeSpan WarmUp { get; init; }

    /// <summary>The names of the steps, in the scenario's order.</summary>
    public string Steps { get; init; } = "";

    /// <summary>The load in words: the plan, and what goes beyond it.</summary>
    public string Load => string.Concat(
        Plan,
        Plan.Contains("inject", StringComparison.Ordinal) && Workers > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Workers} workers") : "",
        Arrivals == Constant ? "" : $", {Arrivals} arrivals",
        WarmUp == TimeSpan.Zero ? "" : $", {Seconds(WarmUp)} of warm-up");

    /// <summary>In what it is another kind than a second one, in words, with this one's first; nothing where they differ in the store alone.</summary>
    public IEnumerable<string> DifferencesTo(RunKind other)
    {
        (string What, string Mine, string Others)[] all =
        [
            ("scenario", Scenario, other.Scenario),
            ("load", Plan, other.Plan),
            ("arrivals", Arrivals, other.Arrivals),
            ("workers", Workers.ToString(CultureInfo.InvariantCulture), other.Workers.ToString(CultureInfo.InvariantCulture)),
            ("warm-up", Seconds(WarmUp), Seconds(other.WarmUp)),
            ("settings", Settings, other.Settings),
            ("steps", Steps, other.Steps),
        ];
        return all.Where(static one => one.Mine != one.Others).Select(static one => $"{one.What} ({one.Mine} and {one.Others})");
    }

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s");
}
