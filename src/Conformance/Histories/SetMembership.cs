using System.Collections.Immutable;

namespace FireproofBench.Conformance.Histories;

/// <summary>
/// Whether the keys behave as a set that lists show: a list has each key that was put before it and that nothing has deleted since, and none that was never put or that was
/// deleted before it and not put again. Of puts and deletes that overlap the list or each other, either may have come first.
/// </summary>
internal static class SetMembership
{
    /// <summary>Checks every list.</summary>
    /// <param name="history">The history.</param>
    /// <param name="bound">For how long after it returned a put or delete may still be unseen; zero for a store that is strongly consistent.</param>
    public static HistoryJudgement Check(History history, TimeSpan bound)
    {
        long grace = bound.Ticks * 100;
        (string Key, ImmutableArray<Operation> Writes)[] keys =
        [
            .. history.Operations.Where(static o => o.Writes)
                .GroupBy(static o => o.Key, StringComparer.Ordinal)
                .OrderBy(static g => g.Key, StringComparer.Ordinal)
                .Select(static g => (g.Key, g.OrderBy(static o => o.Call).ToImmutableArray())),
        ];
        int lists = 0;
        foreach (Operation list in history.Operations.Where(static o => o.IsOk && o.Kind == OperationKind.List).OrderBy(static o => o.Call))
        {
            lists++;
            HashSet<string> listed = new(list.Values, StringComparer.Ordinal);
            foreach ((string key, ImmutableArray<Operation> writes) in keys)
            {
                if (!key.StartsWith(list.Key, StringComparison.Ordinal))
                    continue;
                bool there = listed.Remove(key);
                if ((there ? Ghost(key, writes, list, grace) : Missing(key, writes, list, grace)) is { } violation)
                    return new HistoryJudgement(lists, violation);
            }

            if (listed.Count > 0)
            {
                string invented = listed.Min(StringComparer.Ordinal)!;
                return new HistoryJudgement(lists, new HistoryViolation(list.Key, $"a list of '{list.Key}' has '{invented}', which was never put", [list]));
            }
        }

        return new HistoryJudgement(lists);
    }

    private static HistoryViolation? Missing(string key, ImmutableArray<Operation> writes, Operation list, long grace)
    {
        foreach (Operation put in writes)
        {
            if (put.Kind == OperationKind.Put && put.IsOk && put.Return + grace < list.Call
                && !writes.Any(d => d.Kind == OperationKind.Delete && d.Call <= list.Return && !d.Precedes(put)))
                return new HistoryViolation(key, $"a list of '{list.Key}' lacks '{key}', which had been put and was not deleted", [put, list]);
        }

        return null;
    }

    private static HistoryViolation? Ghost(string key, ImmutableArray<Operation> writes, Operation list, long grace)
    {
        if (!writes.Any(p => p.Kind == OperationKind.Put && p.Call <= list.Return))
            return new HistoryViolation(key, $"a list of '{list.Key}' has '{key}', which had not been put", [list]);
        foreach (Operation delete in writes)
        {
            if (delete.Kind == OperationKind.Delete && delete.IsOk && delete.Return + grace < list.Call
                && !writes.Any(p => p.Kind == OperationKind.Put && p.Call <= list.Return && !p.Precedes(delete)))
                return new HistoryViolation(key, $"a list of '{list.Key}' has '{key}', which had been deleted and was not put again", [delete, list]);
        }

        return null;
    }
}
