using FireproofBench.Conformance.Histories;

namespace FireproofBench.Properties.Conformance.Histories;

/// <summary>Linearizability of one register by the definition: every subset of what never returned, in every order.</summary>
internal static class BruteForce
{
    public static bool IsLinearizable(IReadOnlyList<Operation> operations)
    {
        Operation[] all = [.. operations.Where(static o => o.Writes || o.Reads)];
        return Place(all, new bool[all.Length], null);
    }

    private static bool Place(Operation[] all, bool[] placed, string? state)
    {
        if (all.Where((o, i) => !placed[i] && o.IsOk).Any() == false)
            return true;
        for (int i = 0; i < all.Length; i++)
        {
            // Nothing that is still to come may have returned before this was called.
            if (placed[i] || all.Where((o, j) => j != i && !placed[j] && o.IsOk && o.Return < all[i].Call).Any())
                continue;
            bool fits = all[i].Kind switch
            {
                OperationKind.Get => all[i].Value == state,
                OperationKind.Head => all[i].Found == state is not null,
                _ => true,
            };
            if (!fits)
                continue;
            placed[i] = true;
            string? next = all[i].Kind switch { OperationKind.Put => all[i].Value, OperationKind.Delete => null, _ => state };
            bool found = Place(all, placed, next);
            placed[i] = false;
            if (found)
                return true;
        }

        return false;
    }
}
