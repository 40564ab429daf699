using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>The settings that a run speaks for: where the heads are kept, how changes are noticed, what may be relied on, and within which bounds.</summary>
internal static class RecommendedSettings
{
    private static readonly ImmutableArray<string> s_races = ["CAS-02", "CAS-04", "CAS-05"];

    /// <summary>The settings; none for a store that is unsafe, since none make it safe, and none for an endpoint of the cloud protocol, whose clients have none.</summary>
    public static ImmutableArray<RecommendedSetting> Of(ConformanceReport report) => report.Verdict.Kind == VerdictKind.Unsafe || report.IsOfCloud ? [] :
    [
        Heads(report),
        Changes(report),
        Visibility(report),
        .. Bounds(report),
    ];

    /// <summary>The client settings that the publicly known facts speak for, by name.</summary>
    public static IEnumerable<(string Name, string Value)> OfClient(KnownStore known) =>
        known.Provider.Recommended.Settings.Select(s => (s.Key, s.Value.ValueKind == JsonValueKind.String ? s.Value.GetString()! : s.Value.GetRawText()));

    private static RecommendedSetting Heads(ConformanceReport report)
    {
        ClauseResult[] star = [.. report.Results.Where(r => r.Clause.Level == ClauseLevel.MustStar)];
        string[] failed = [.. star.Where(r => r.Outcome == ClauseOutcome.Failed).Select(r => r.Clause.Id)];
        if (failed.Length > 0)
            return new RecommendedSetting("heads", "multi", $"each head in an object of its own, since {string.Join(", ", failed)} failed");
        bool conditions = report.Traits is { ConditionalCreate: true, ConditionalReplace: true }
            && s_races.All(id => star.Any(r => r.Clause.Id == id && r.Outcome == ClauseOutcome.Passed));
        return conditions ? new RecommendedSetting("heads", "single or multi", "conditional writes were kept in every race, so one object for all heads is safe too")
            : new RecommendedSetting("heads", "multi", "each head in an object of its own, since conditional writes are not offered here or were not checked");
    }

    private static RecommendedSetting Changes(ConformanceReport report) =>
        report.Results.Any(r => r.Clause.Id == "SUB-01" && r.Outcome == ClauseOutcome.Passed)
            && !report.Results.Any(r => r.Clause.Group == "SUB" && r.Outcome == ClauseOutcome.Failed)
            ? new RecommendedSetting("changes", "push", "the channel lost no event; polling now and then beside it costs little")
            : new RecommendedSetting("changes", "poll", "no channel of this store was seen to tell of every change");

    private static RecommendedSetting Visibility(ConformanceReport report)
    {
        if (report.Staleness is not { } longest || longest <= report.Declared.Bound)
            return new RecommendedSetting("visibility", report.Declared.ToString(), report.Staleness is null ? "as declared; it was not measured" : "as declared, and nothing was unseen for longer");
        TimeSpan bound = TimeSpan.FromMilliseconds(Math.Max(100, Math.Ceiling(longest.TotalMilliseconds * 2 / 100) * 100));
        return new RecommendedSetting("visibility", new DeclaredVisibility(bound).ToString(), $"twice the longest time that was measured ({VisibilityText.Milliseconds(longest)})");
    }

    private static IEnumerable<RecommendedSetting> Bounds(ConformanceReport report)
    {
        if (report.Limits.TryGetValue("keyBytes", out long key))
            yield return new RecommendedSetting("longest key", $"{Number(key)} bytes", "the longest that was taken and given back");
        if (report.Limits.TryGetValue("largestObjectTriedBytes", out long largest))
            yield return new RecommendedSetting("largest object", $"{Number(largest)} bytes", "the largest that was tried, and came back whole");
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
