namespace FireproofBench.Engine.Pail;

/// <summary>Entries of a shard as a sorted sequence.</summary>
internal static class ShardEntries
{
    /// <summary>A copy with an entry put in its place, and one taken out.</summary>
    /// <param name="entries">Sorted by key.</param>
    /// <param name="removed">The index of the entry to leave out, or -1.</param>
    /// <param name="entry">The entry to put; one with the same key is replaced by the rules of <see cref="Merge"/>.</param>
    public static ShardEntry[] With(ReadOnlySpan<ShardEntry> entries, int removed, ShardEntry entry)
    {
        int at = PlaceOf(entries, entry.Key, out bool found);
        if (found && at != removed)
        {
            ShardEntry[] same = entries.ToArray();
            same[at] = Merge(same[at], entry);
            return removed < 0 ? same : [.. same[..removed], .. same[(removed + 1)..]];
        }

        var result = new ShardEntry[entries.Length + (removed < 0 ? 1 : 0)];
        int to = 0;
        for (int i = 0; i <= entries.Length; i++)
        {
            if (i == at)
                result[to++] = entry;
            if (i < entries.Length && i != removed)
                result[to++] = entries[i];
        }

        return result;
    }

    /// <summary>What stands at a key after a put: a value goes beside a link, a link keeps the value that stood beside the former one.</summary>
    public static ShardEntry Merge(ShardEntry old, ShardEntry added)
    {
        if (!added.IsLink)
            return old with { Value = added.Value };
        return old.IsLink && !added.Value.IsDefined ? added with { Value = old.Value } : added;
    }

    private static int PlaceOf(ReadOnlySpan<ShardEntry> entries, string key, out bool found)
    {
        int low = 0;
        int high = entries.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            int order = string.CompareOrdinal(entries[middle].Key, key);
            if (order == 0)
            {
                found = true;
                return middle;
            }

            if (order < 0)
                low = middle + 1;
            else
                high = middle;
        }

        found = false;
        return low;
    }
}
