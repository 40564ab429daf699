using System.Globalization;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>A comparison of two stores as plain text.</summary>
internal static class ComparisonText
{
    /// <summary>Writes the table, the clauses that differ with what was seen, and the quirks that only one has.</summary>
    public static void Write(ConformanceComparison comparison, TextWriter output)
    {
        (ConformanceReport first, ConformanceReport second) = (comparison.First, comparison.Second);
        output.WriteLine($"A  {first.Url} ({first.Traits.Provider})");
        output.WriteLine($"B  {second.Url} ({second.Traits.Provider})");
        output.WriteLine();
        Row("", "A", "B");
        Row("verdict", VerdictText.Of(first), VerdictText.Of(second));
        foreach (ClauseOutcome outcome in Enum.GetValues<ClauseOutcome>())
            Row(ClauseNames.Of(outcome), Text(first.Results.Count(r => r.Outcome == outcome)), Text(second.Results.Count(r => r.Outcome == outcome)));
        Row("declared", first.Declared.ToString(), second.Declared.ToString());
        Row("longest unseen", StalenessOf(first), StalenessOf(second));
        Row("requests/s", Text((long)Math.Round(first.RequestsPerSecond)), Text((long)Math.Round(second.RequestsPerSecond)));
        Row("requests", Text(first.Requests.Total), Text(second.Requests.Total));
        foreach (string limit in first.Limits.Keys.Union(second.Limits.Keys).Order(StringComparer.Ordinal))
            Row(limit, LimitOf(first, limit), LimitOf(second, limit));
        output.WriteLine();
        output.WriteLine(comparison.Differences.Length == 0 ? "No clause came to different outcomes." : $"{comparison.Differences.Length} clauses came to different outcomes:");
        foreach ((ClauseResult a, ClauseResult b) in comparison.Differences)
        {
            output.WriteLine($"{a.Clause.Id}  {ClauseNames.Of(a.Clause.Level),-6}  {ClauseNames.Of(a.Outcome),-12}  {ClauseNames.Of(b.Outcome),-12}  {a.Clause.Requirement}");
            output.WriteLine($"  A: {a.Evidence}");
            output.WriteLine($"  B: {b.Evidence}");
        }

        foreach ((string name, ConformanceReport one, ConformanceReport other) in new[] { ("A", first, second), ("B", second, first) })
        {
            foreach (Quirk quirk in ConformanceComparison.OnlyIn(one, other))
                output.WriteLine($"Good to know of {name} only ({quirk.ClauseId}): {quirk.Text}");
        }

        foreach ((string name, ConformanceReport report) in new[] { ("A", first), ("B", second) })
        {
            foreach (string setting in report.Verdict.Settings)
                output.WriteLine($"{name} is safe if: {setting}");
            if (report.Leftovers.Length > 0)
                output.WriteLine($"{report.Leftovers.Length} objects are left in {name}, such as {Printable.Key(report.Leftovers[0])}.");
        }

        output.WriteLine($"Seed {first.Request.Seed} for both.");

        void Row(string name, string a, string b) => output.WriteLine($"{name,-26}{a,-20}{b}".TrimEnd());
    }

    private static string StalenessOf(ConformanceReport report) => report.Staleness is { } longest ? VisibilityText.Milliseconds(longest) : "not measured";

    private static string LimitOf(ConformanceReport report, string name) => report.Limits.TryGetValue(name, out long value) ? Text(value) : "-";

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
