namespace FireproofBench.Conformance.Histories;

/// <summary>Whether the heads of a database, with all their ancestors, cover every event whose publication was acknowledged before they were read, and name none that nobody published.</summary>
internal static class HeadCoverage
{
    /// <summary>Checks every reading of heads.</summary>
    /// <param name="history">The history.</param>
    /// <param name="bound">For how long after it returned a publication may still be unseen; zero for a store that is strongly consistent.</param>
    public static HistoryJudgement Check(History history, TimeSpan bound)
    {
        int readings = 0;
        foreach (IGrouping<string, Operation> database in history.Operations.Where(static o => o.Kind is OperationKind.Publish or OperationKind.Heads)
            .GroupBy(static o => o.Key, StringComparer.Ordinal).OrderBy(static g => g.Key, StringComparer.Ordinal))
        {
            ILookup<string, Operation> events = database.Where(static o => o.Kind == OperationKind.Publish && o.Outcome != OperationOutcome.Failed)
                .ToLookup(static o => o.Value!, StringComparer.Ordinal);
            foreach (Operation reading in database.Where(static o => o.Kind == OperationKind.Heads && o.IsOk).OrderBy(static o => o.Call))
            {
                readings++;
                if (Fault(database.Key, reading, events, bound.Ticks * 100) is { } violation)
                    return new HistoryJudgement(readings, violation);
            }
        }

        return new HistoryJudgement(readings);
    }

    private static HistoryViolation? Fault(string database, Operation reading, ILookup<string, Operation> events, long grace)
    {
        if (reading.Values.FirstOrDefault(h => !events[h].Any(p => p.Call <= reading.Return)) is { } invented)
            return new HistoryViolation(database, $"the heads of '{database}' have {invented}, which nobody had published", [reading]);
        HashSet<string> covered = new(reading.Values, StringComparer.Ordinal);
        Stack<string> open = new(reading.Values);
        while (open.TryPop(out string? one))
        {
            foreach (string parent in events[one].SelectMany(static p => p.Values).Where(covered.Add))
                open.Push(parent);
        }

        Operation? lost = events.SelectMany(static e => e)
            .Where(p => p.IsOk && p.Return + grace < reading.Call && !covered.Contains(p.Value!))
            .MinBy(static p => p.Call);
        return lost is null ? null
            : new HistoryViolation(database, $"the heads of '{database}' do not lead to {lost.Value}, whose publication was acknowledged", [lost, reading]);
    }
}
