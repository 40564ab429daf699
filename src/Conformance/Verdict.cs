using System.Collections.Immutable;

namespace FireproofBench.Conformance;

/// <summary>What a run comes to.</summary>
/// <param name="Kind">Safe, safe with settings, or unsafe.</param>
/// <param name="Settings">For safe-with: the settings under which it is safe, one a failed clause.</param>
/// <param name="Breaking">For unsafe: the ids of the clauses that make it so.</param>
internal sealed record Verdict(VerdictKind Kind, ImmutableArray<string> Settings, ImmutableArray<string> Breaking)
{
    /// <summary>The word of result files.</summary>
    public string Name => Kind switch { VerdictKind.Safe => "safe", VerdictKind.SafeWith => "safe-with", _ => "unsafe" };

    /// <summary>
    /// Judges. A failed MUST is unsafe, and so is a failed MUST* where the heads live in one object. A failed SHOULD, a failed MUST* where they do
    /// not, and a visibility weaker than declared ask for settings. A failed MAY, and clauses that are unsupported or inconclusive, lower nothing.
    /// </summary>
    /// <param name="results">The results.</param>
    /// <param name="heads">How the heads are to be kept.</param>
    /// <param name="visibilityIsWeaker">Whether effects were seen later than the store declares.</param>
    public static Verdict Judge(IReadOnlyCollection<ClauseResult> results, HeadsLayout heads, bool visibilityIsWeaker)
    {
        List<Clause> failed = [.. results.Where(r => r.Outcome == ClauseOutcome.Failed).Select(r => r.Clause)];
        ImmutableArray<string> breaking =
        [
            .. failed.Where(c => c.Level == ClauseLevel.Must || (c.Level == ClauseLevel.MustStar && heads == HeadsLayout.Single)).Select(c => c.Id),
        ];
        if (breaking.Length > 0)
            return new Verdict(VerdictKind.Unsafe, [], breaking);

        List<string> settings = [.. failed.Where(c => c.Level == ClauseLevel.Should).Select(c => $"{c.Id}: {c.WhenItFails}")];
        string[] star = [.. failed.Where(c => c.Level == ClauseLevel.MustStar).Select(c => c.Id)];
        if (star.Length > 0)
            settings.Insert(
                0, $"{string.Join(", ", star)}: Keep each head in an object of its own (multi-head metadata); never keep heads or locks in one object"
                    + $" of this store.");
        if (visibilityIsWeaker)
            settings.Add("Declare the store as eventual, with the visibility that was measured.");
        return new Verdict(settings.Count == 0 ? VerdictKind.Safe : VerdictKind.SafeWith, [.. settings], []);
    }
}
