using System.Globalization;
using System.Text.RegularExpressions;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Simulation.Telling;

/// <summary>Tells a run to people: what was planned, what happened, a line each, and what must not be.</summary>
internal static partial class Story
{
    private const int ActorWidth = 12;

    /// <summary>Tells a run whose trace was kept.</summary>
    /// <param name="result">The run.</param>
    /// <param name="isFull">Whether every request is told; else those that only look are left out.</param>
    public static IEnumerable<string> Lines(WorldResult result, bool isFull)
    {
        Plan plan = result.Plan;
        yield return string.Create(CultureInfo.InvariantCulture, $"seed {plan.Seed}, {plan.Devices} devices, {plan.Steps.Length} steps, {plan.Store}");
        yield return plan.Features == Features.None ? "nothing special is on" : $"on: {plan.Features}";
        foreach (TraceEntry entry in result.Trace)
        {
            if (isFull || IsNews(entry))
                yield return Line(entry);
        }

        foreach (Checking.Violation violation in result.Violations)
            yield return string.Create(CultureInfo.InvariantCulture, $"{violation.At.TotalSeconds,12:f3}  {"VIOLATION",-ActorWidth}  {violation.Claim}: {Shortened(violation.Evidence)}");
        if (result.IsSound)
            yield return "All claims hold.";
    }

    /// <summary>Whether an entry tells more than that somebody looked.</summary>
    public static bool IsNews(TraceEntry entry) => entry.Kind switch
    {
        TraceKind.Begun => false,
        TraceKind.Request => entry.Subject is "put" or "publish" or "delete",
        _ => true,
    };

    /// <summary>A text with content ids by their last six characters.</summary>
    public static string Shortened(string text) => ContentIds().Replace(text, static id => "…" + id.Value[^6..]);

    private static string Line(TraceEntry entry)
    {
        string what = entry.Kind switch
        {
            TraceKind.Begun => $"begins {entry.Subject}",
            TraceKind.Done => $"{entry.Subject}: {entry.Detail}",
            TraceKind.Refused => $"{entry.Subject} fails: {entry.Detail}",
            TraceKind.Request => $"{entry.Subject} {entry.Detail} -> {entry.Place}",
            TraceKind.Late => $"{entry.Subject} {entry.Detail} -> {entry.Place}, after its sender gave up",
            TraceKind.Again => $"{entry.Subject} {entry.Detail} -> {entry.Place}, a second time",
            _ => $"{entry.Subject} {entry.Detail}".TrimEnd(),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{entry.At.TotalSeconds,12:f3}  {entry.Actor,-ActorWidth}  {Shortened(what)}");
    }

    [GeneratedRegex("ba[a-z2-7]{57}")]
    private static partial Regex ContentIds();
}
