namespace FireproofBench.Properties.Crdt;

/// <summary>All orders of a few things.</summary>
internal static class Permutations
{
    public static IReadOnlyList<T[]> Of<T>(IReadOnlyList<T> items)
    {
        if (items.Count == 0)
            return [[]];
        var all = new List<T[]>();
        for (int i = 0; i < items.Count; i++)
        {
            T[] others = [.. items.Take(i), .. items.Skip(i + 1)];
            foreach (T[] rest in Of(others))
                all.Add([items[i], .. rest]);
        }

        return all;
    }
}
