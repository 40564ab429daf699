using System.Collections.Immutable;

namespace FireproofBench.Engine.Inspection;

/// <summary>Collects findings; of each kind as many as a report lists, the others are counted.</summary>
internal sealed class FindingList
{
    private readonly List<Finding> _listed = [];
    private readonly SortedDictionary<FindingKind, int> _counts = [];
    private readonly HashSet<(FindingKind Kind, string Subject)> _seen = [];

    /// <summary>Whether nothing is damaged so far.</summary>
    public bool IsSound => _counts.Keys.All(static kind => kind > FindingKind.MissingAttachment);

    public ImmutableArray<Finding> Listed => [.. _listed];

    public ImmutableSortedDictionary<FindingKind, int> Counts => _counts.ToImmutableSortedDictionary();

    /// <summary>Adds a finding; the same of the same subject counts once.</summary>
    public void Add(FindingKind kind, string subject, string reason)
    {
        int count = _counts.GetValueOrDefault(kind);
        if (count < VerificationReport.MaxListed && !_seen.Add((kind, subject)))
            return;
        _counts[kind] = count + 1;
        if (count < VerificationReport.MaxListed)
            _listed.Add(new Finding(kind, subject, reason));
    }
}
