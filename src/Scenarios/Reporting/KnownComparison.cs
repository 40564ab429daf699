using System.Globalization;
using FireproofBench.Engine.Ports;
using FireproofBench.Scenarios.Providers;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Sets what a run measured beside what is publicly known, topic by topic.</summary>
internal static class KnownComparison
{
    private const string Enforced = "enforced";
    private const string Refused = "refused";
    private const string Ignored = "ignored";
    private const string NotAtomic = "not-atomic";
    private const string Strong = "strong";
    private const string Eventual = "eventual";

    // How gateways and clauses tell of these two oddities.
    private const string UnquotedOnly = "only without the quotes";
    private const string VersionReturns = "A version is the same again when the content is";

    /// <summary>The topics of which something is known, in one order for all providers.</summary>
    public static IEnumerable<KnownTopic> Of(ConformanceReport report, KnownProvider provider)
    {
        KnownTraits known = provider.Comparable;
        DataTraits traits = report.Traits;
        KnownTopic?[] topics =
        [
            Condition("conditional-create", "Create if absent", known.ConditionalCreate, Measured(report, traits.ConditionalCreate, IgnoredConditions.Create, "CAS-02", "CAS-03")),
            Condition("conditional-replace", "Replace if the version matches", known.ConditionalReplace, Measured(report, traits.ConditionalReplace, IgnoredConditions.Replace, "CAS-04", "CAS-05")),
            Condition("conditional-delete", "Delete if the version matches", known.ConditionalDelete, Measured(report, traits.ConditionalDelete, IgnoredConditions.Delete, "CAS-07")),
            Visibility(),
            Topic("keys", "Longest key", Bytes(known.KeyBytes), Bytes(KeyBytes(report)), KeyBytes(report) == known.KeyBytes),
            Topic("listing", "Keys in a page of a listing", Text(known.ListPageKeys), Limit("listPageKeys"), Limit("listPageKeys") == Text(known.ListPageKeys), "sizes"),
            Topic("listing", "Order of listings", OrderOf(known.OrderedListing), OrderOf(Listed()), Listed() == known.OrderedListing),
            Topic("etag", "Form of entity tags in If-Match", known.EntityTagForm, TagForm(), TagForm() == known.EntityTagForm, "conditional-replace"),
            Topic("etag", "A version returns with the content", YesOrNo(known.VersionReturns), YesOrNo(Returns()), Returns() == known.VersionReturns, "conditional-replace"),
            Topic(
                "same-key-rate", "Writes of one key in a second", Text(known.SameKeyWritesPerSecond), Limit("sameKeyWritesPerSecond"),
                Limit("sameKeyWritesPerSecond") == Text(known.SameKeyWritesPerSecond)),
        ];
        return topics.OfType<KnownTopic>();

        KnownTopic? Topic(string topic, string title, string? told, string? measured, bool agrees, string? otherTopic = null) =>
            told is null || provider.FactOf([topic, otherTopic ?? topic, "conditional-create"]) is not { } fact ? null
                : new KnownTopic(topic, title, told, measured, measured is null ? null : agrees, fact);

        KnownTopic? Condition(string topic, string title, string? told, string? measured) => Topic(
            topic, title, told, measured, told == measured || (told is Ignored or NotAtomic && measured is Ignored or NotAtomic), "conditional-replace");

        // That nothing stale was seen does not prove that there is none.
        KnownTopic? Visibility() => Topic("consistency", "Visibility of what was acknowledged", known.Consistency, Consistency(), known.Consistency == Consistency()) is not { } topic
            ? null : topic is { Known: Eventual, Measured: Strong } ? topic with { Measured = "strong so far", Agrees = null } : topic;

        string? Consistency() => report.Staleness is not { } staleness ? null : staleness == TimeSpan.Zero ? Strong : Eventual;

        string? Limit(string name) => report.Limits.TryGetValue(name, out long value) ? Text(value) : null;

        bool? Listed() => OutcomeOf(report, "LST-04") switch
        {
            ClauseOutcome.Passed => true,
            ClauseOutcome.Failed => false,
            _ => traits.OrderedListing ? null : false,
        };

        string? TagForm() => traits.Quirks.Any(q => q.Contains(UnquotedOnly, StringComparison.Ordinal)) ? "unquoted"
            : OutcomeOf(report, "CAS-05") == ClauseOutcome.Passed ? "quoted" : null;

        bool? Returns() => report.Quirks.Any(q => q.Text.Contains(VersionReturns, StringComparison.Ordinal)) || OutcomeOf(report, "CAS-06") == ClauseOutcome.Failed ? true
            : OutcomeOf(report, "CAS-06") == ClauseOutcome.Passed ? false : null;
    }

    private static string? Measured(ConformanceReport report, bool supported, IgnoredConditions condition, params ReadOnlySpan<string> clauses)
    {
        if (report.Traits.Ignored.HasFlag(condition))
            return Ignored;
        bool failed = false;
        bool passed = false;
        foreach (string id in clauses)
        {
            failed |= OutcomeOf(report, id) == ClauseOutcome.Failed;
            passed |= OutcomeOf(report, id) == ClauseOutcome.Passed;
        }

        return failed ? NotAtomic : !supported ? Refused : passed ? Enforced : null;
    }

    // A prefix of the store's address takes its part of every key.
    private static long? KeyBytes(ConformanceReport report) => report.Limits.TryGetValue("keyBytes", out long value)
        ? value + Math.Max(0, new DataTraits { Provider = "" }.MaxKeyLength - report.Traits.MaxKeyLength) : null;

    private static ClauseOutcome? OutcomeOf(ConformanceReport report, string id) => report.Results.FirstOrDefault(r => r.Clause.Id == id)?.Outcome;

    private static string? OrderOf(bool? ordered) => ordered switch { true => "by key", false => "not by key", _ => null };

    private static string? YesOrNo(bool? value) => value switch { true => "yes", false => "no", _ => null };

    private static string? Bytes(long? value) => value is { } bytes ? $"{Text(bytes)} bytes" : null;

    private static string? Text(long? value) => value?.ToString(CultureInfo.InvariantCulture);
}
