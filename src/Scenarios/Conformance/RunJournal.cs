using System.Collections.Concurrent;

namespace FireproofBench.Scenarios.Conformance;

/// <summary>What the checks of a run note beside their outcomes.</summary>
internal sealed class RunJournal
{
    private readonly ConcurrentDictionary<(string Clause, string Text), bool> _quirks = new();
    private readonly ConcurrentDictionary<string, long> _limits = new(StringComparer.Ordinal);

    /// <summary>The quirks, each once, in the order of clause and text.</summary>
    public IReadOnlyList<Quirk> Quirks =>
        [.. _quirks.Keys.OrderBy(q => q.Clause, StringComparer.Ordinal).ThenBy(q => q.Text, StringComparer.Ordinal).Select(q => new Quirk(q.Clause, q.Text))];

    /// <summary>Limits found, by name, in the unit that the name ends with.</summary>
    public IReadOnlyDictionary<string, long> Limits => new SortedDictionary<string, long>(_limits, StringComparer.Ordinal);

    /// <summary>Notes an oddity.</summary>
    public void AddQuirk(string clauseId, string text) => _quirks[(clauseId, text)] = true;

    /// <summary>Notes a limit found.</summary>
    public void SetLimit(string name, long value) => _limits[name] = value;
}
