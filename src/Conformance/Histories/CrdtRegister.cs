using System.Collections.Immutable;

namespace FireproofBench.Conformance.Histories;

/// <summary>
/// Whether each key behaves as a replicated register that merges: a read gives the value of a write that overlaps the read, or of one before it that no other write had
/// overwritten when the read began. One write overwrites another when it was called after the other had returned; of writes that overlap, either may win, and another one
/// at each read. Weaker than linearizability, and what any store must keep that does not lose writes or serve old ones.
/// </summary>
internal static class CrdtRegister
{
    /// <summary>Checks every key.</summary>
    /// <param name="history">The history.</param>
    /// <param name="bound">For how long after it returned a write may still be unseen; zero for a store that is strongly consistent.</param>
    public static HistoryJudgement Check(History history, TimeSpan bound)
    {
        int reads = 0;
        foreach ((string key, ImmutableArray<Operation> operations) in history.Registers)
        {
            RegisterWrites writes = new(operations, bound);
            foreach (Operation read in operations.Where(static o => o.Reads))
            {
                reads++;
                if (Fault(key, read, writes) is { } violation)
                    return new HistoryJudgement(reads, violation);
            }
        }

        return new HistoryJudgement(reads);
    }

    private static HistoryViolation? Fault(string key, Operation read, RegisterWrites writes)
    {
        Operation? overwriter = writes.LatestBefore(read);
        bool absent = read.Kind == OperationKind.Head ? !read.Found : read.Value is null;
        if (absent && overwriter is null)
            return null;
        Operation? source = null;
        foreach (Operation write in writes.ThatExplain(read).Where(w => w.Call <= read.Return))
        {
            if (overwriter is null || !write.Precedes(overwriter))
                return null;
            source = write;
        }

        return source is not null
            ? new HistoryViolation(key, $"a read of '{key}' gave what had been overwritten before it began", [source, overwriter!, read])
            : absent ? new HistoryViolation(key, $"a read of '{key}' found nothing, though a value was written before it and never deleted", [overwriter!, read])
            : new HistoryViolation(key, $"a read of '{key}' gave what nobody had written", [read]);
    }
}
