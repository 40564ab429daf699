using System.Collections.Immutable;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Two stores judged by the same clauses with the same seed.</summary>
/// <param name="First">The first.</param>
/// <param name="Second">The second.</param>
internal sealed record ConformanceComparison(ConformanceReport First, ConformanceReport Second)
{
    /// <summary>The clauses whose outcomes differ, in the order of the book.</summary>
    public ImmutableArray<(ClauseResult First, ClauseResult Second)> Differences =>
    [
        .. First.Results.Join(Second.Results, r => r.Clause.Id, r => r.Clause.Id, (a, b) => (a, b)).Where(p => p.a.Outcome != p.b.Outcome),
    ];

    /// <summary>Oddities that one store has and the other has not. Texts that quote keys of the run are told apart by what is not quoted.</summary>
    public static ImmutableArray<Quirk> OnlyIn(ConformanceReport one, ConformanceReport other)
    {
        HashSet<(string, string)> there = [.. other.Quirks.Select(KeyOf)];
        return [.. one.Quirks.Where(q => !there.Contains(KeyOf(q)))];
    }

    private static (string Clause, string Text) KeyOf(Quirk quirk) =>
        (quirk.ClauseId, string.Concat(quirk.Text.Split('\'').Where((_, i) => i % 2 == 0)));
}
