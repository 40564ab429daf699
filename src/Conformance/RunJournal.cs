using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace FireproofBench.Conformance;

/// <summary>What the checks of a run note beside their outcomes.</summary>
internal sealed class RunJournal
{
    private readonly ConcurrentDictionary<(string Clause, string Text), bool> _quirks = new();
    private readonly ConcurrentDictionary<string, long> _limits = new(StringComparer.Ordinal);

    private readonly ConcurrentQueue<(VisibilityEffect Effect, ObserverKind Observer, TimeSpan Staleness, bool Seen)> _stalenesses = [];
    private readonly ConcurrentQueue<History> _histories = [];

    /// <summary>The quirks, each once, in the order of clause and text.</summary>
    public IReadOnlyList<Quirk> Quirks =>
        [.. _quirks.Keys.OrderBy(q => q.Clause, StringComparer.Ordinal).ThenBy(q => q.Text, StringComparer.Ordinal).Select(q => new Quirk(q.Clause, q.Text))];

    /// <summary>Limits found, by name, in the unit that the name ends with.</summary>
    public IReadOnlyDictionary<string, long> Limits => new SortedDictionary<string, long>(_limits, StringComparer.Ordinal);

    /// <summary>How soon effects were seen, by effect and observer.</summary>
    public ImmutableArray<VisibilitySeries> Visibility =>
    [
        .. _stalenesses.GroupBy(s => (s.Effect, s.Observer)).OrderBy(g => g.Key)
            .Select(g => VisibilitySeries.Of(g.Key.Effect, g.Key.Observer, [.. g.Select(s => s.Staleness)], g.Count(s => !s.Seen))),
    ];

    /// <summary>What the clients of all checks did, where it was recorded.</summary>
    public History History => History.Of(_histories);

    /// <summary>Notes for how long an observer did not see an effect.</summary>
    public void AddStaleness(VisibilityEffect effect, ObserverKind observer, TimeSpan staleness, bool seen) =>
        _stalenesses.Enqueue((effect, observer, staleness, seen));

    /// <summary>Keeps what the clients of a check did. Each check has a clock and clients of its own.</summary>
    public void AddHistory(string clauseId, History history) =>
        _histories.Enqueue(new History([.. history.Operations.Select(o => o with { Client = $"{clauseId} {o.Client}" })]));

    /// <summary>Notes an oddity.</summary>
    public void AddQuirk(string clauseId, string text) => _quirks[(clauseId, text)] = true;

    /// <summary>Notes a limit found.</summary>
    public void SetLimit(string name, long value) => _limits[name] = value;
}
