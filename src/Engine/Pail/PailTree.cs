using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>
/// The pail: a map from keys to content ids as a tree of immutable shards. Pure functions: a change returns the shards that it makes.
/// </summary>
/// <remarks>
/// A shard holds the keys under one prefix. Keys with a common prefix are moved to a chain of child shards, one character a level, so the tree of a
/// set of keys does not depend on the order in which they were put. Source: @web3-storage/pail 0.6.2.
/// </remarks>
public static class PailTree
{
    /// <summary>Looks a key up.</summary>
    /// <returns>The value; not defined when the key is absent.</returns>
    public static async ValueTask<Cid> GetAsync(IShardSource shards, Cid root, string key, CancellationToken cancellation)
    {
        Shard shard = await shards.GetAsync(root, cancellation);
        int at = 0;
        while (true)
        {
            int step = Next(shard, key, at, out int index);
            if (step < 0)
                return index < 0 ? default : shard.Entries[index].Value;
            at += step;
            shard = await shards.GetAsync(shard.Entries[index].Link, cancellation);
        }
    }

    /// <summary>Puts a value at a key.</summary>
    /// <param name="shards">Where shards are read.</param>
    /// <param name="root">The root shard before.</param>
    /// <param name="key">The key; <see cref="PailKey.Refusal"/> must find nothing wrong with it.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static async ValueTask<PailChange> PutAsync(IShardSource shards, Cid root, string key, Cid value, CancellationToken cancellation)
    {
        List<Step> path = await PathAsync(shards, root, key, cancellation);
        (Shard target, string rest) = (path[^1].Shard, key[path[^1].At..]);
        var additions = new List<Shard>(path.Count + 2);
        Shard changed = Insert(target, rest, value, additions);
        if (changed.Cid == target.Cid)
            return PailChange.None(root);
        additions.Add(changed);
        return new PailChange(Propagate(path, path.Count - 1, changed, additions), additions, [.. path.Select(static step => step.Shard.Cid)]);
    }

    /// <summary>Removes a key.</summary>
    /// <remarks>
    /// Shards that become empty go, together with a value that their link carried, as in the reference engine; chains of single links stay. The
    /// database itself never calls this: it deletes by putting a tombstone.
    /// </remarks>
    public static async ValueTask<PailChange> DeleteAsync(IShardSource shards, Cid root, string key, CancellationToken cancellation)
    {
        List<Step> path = await PathAsync(shards, root, key, cancellation);
        Shard target = path[^1].Shard;
        int index = IndexOf(target, key.AsSpan(path[^1].At));
        if (index < 0 || !target.Entries[index].Value.IsDefined)
            return PailChange.None(root);
        Cid[] removals = [.. path.Select(static step => step.Shard.Cid)];

        ShardEntry entry = target.Entries[index];
        int last = path.Count - 1;
        ShardEntry[] entries = entry.IsLink
            ? Replace(target, index, entry with { Value = default })
            : Without(target, index);
        while (entries.Length == 0 && last > 0)
        {
            last--;
            entries = Without(path[last].Shard, path[last].Index);
        }

        Shard changed = Shard.Create(path[last].Shard.Prefix, entries, path[last].Shard.MaxKeySize);
        var additions = new List<Shard> { changed };
        return new PailChange(Propagate(path, last, changed, additions), additions, removals);
    }

    /// <summary>Finds the entry of a shard that a key goes on with.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="key">The whole key.</param>
    /// <param name="at">How much of the key lies above this shard.</param>
    /// <param name="index">The entry to descend by, or the entry of the key itself, or -1.</param>
    /// <returns>How many characters the descent takes; -1 when the search ends in this shard.</returns>
    internal static int Next(Shard shard, string key, int at, out int index)
    {
        ReadOnlySpan<char> rest = key.AsSpan(at);
        ReadOnlySpan<ShardEntry> entries = shard.Entries;
        for (index = 0; index < entries.Length; index++)
        {
            string entry = entries[index].Key;
            if (!rest.StartsWith(entry, StringComparison.Ordinal))
                continue;
            if (entry.Length == rest.Length)
                return -1;
            if (entries[index].IsLink)
                return entry.Length;
        }

        index = -1;
        return -1;
    }

    internal static int CommonPrefix(ReadOnlySpan<char> left, ReadOnlySpan<char> right) => left.CommonPrefixLength(right);

    private static int IndexOf(Shard shard, ReadOnlySpan<char> rest)
    {
        for (int i = 0; i < shard.Entries.Length; i++)
        {
            if (rest.SequenceEqual(shard.Entries[i].Key))
                return i;
        }

        return -1;
    }

    private static async ValueTask<List<Step>> PathAsync(IShardSource shards, Cid root, string key, CancellationToken cancellation)
    {
        var path = new List<Step>(12);
        Shard shard = await shards.GetAsync(root, cancellation);
        int at = 0;
        while (true)
        {
            int step = Next(shard, key, at, out int index);
            path.Add(new Step(shard, at, index));
            if (step < 0)
                return path;
            at += step;
            shard = await shards.GetAsync(shard.Entries[index].Link, cancellation);
        }
    }

    // The shard with the key in it. Where the key shares a prefix with a plain entry, both move below a chain of new shards.
    private static Shard Insert(Shard target, string rest, Cid value, List<Shard> additions)
    {
        var entry = new ShardEntry(rest, value);
        int moved = -1;
        for (int i = 0; i < target.Entries.Length; i++)
        {
            ShardEntry other = target.Entries[i];
            if (other.Key == rest)
                break;
            int common = CommonPrefix(other.Key, rest);
            if (common == 0)
                continue;
            entry = Branch(target, other, entry, common, additions);
            moved = i;
            break;
        }

        return Shard.Create(target.Prefix, ShardEntries.With(target.Entries, moved, entry), target.MaxKeySize);
    }

    // Builds the chain of shards for two keys with a common prefix, innermost first, and gives the entry that links to it.
    private static ShardEntry Branch(Shard target, ShardEntry old, ShardEntry added, int common, List<Shard> additions)
    {
        string shared = added.Key[..common];
        ShardEntry[] inner = [];
        if (added.Key.Length > common)
            inner = ShardEntries.With(inner, -1, added with { Key = added.Key[common..] });
        if (old.Key.Length > common)
            inner = ShardEntries.With(inner, -1, old with { Key = old.Key[common..] });

        // The key that ends where the branch begins keeps its value on the link above the branch.
        Cid onLink = old.Key.Length == common ? old.Value : added.Key.Length == common ? added.Value : default;
        Shard child = Shard.Create(target.Prefix + shared, inner, target.MaxKeySize);
        additions.Add(child);
        for (int i = common - 1; i > 0; i--)
        {
            child = Shard.Create(target.Prefix + shared[..i], [new ShardEntry(shared[i].ToString(), onLink, child.Cid)], target.MaxKeySize);
            onLink = default;
            additions.Add(child);
        }

        return new ShardEntry(shared[..1], onLink, child.Cid);
    }

    // Writes the changed shard's new id into its parents, up to the root.
    private static Cid Propagate(List<Step> path, int from, Shard changed, List<Shard> additions)
    {
        for (int i = from - 1; i >= 0; i--)
        {
            (Shard parent, _, int index) = path[i];
            changed = Shard.Create(parent.Prefix, Replace(parent, index, parent.Entries[index] with { Link = changed.Cid }), parent.MaxKeySize);
            additions.Add(changed);
        }

        return changed.Cid;
    }

    private static ShardEntry[] Replace(Shard shard, int index, ShardEntry entry)
    {
        ShardEntry[] entries = shard.Entries.ToArray();
        entries[index] = entry;
        return entries;
    }

    private static ShardEntry[] Without(Shard shard, int index) => [.. shard.Entries[..index], .. shard.Entries[(index + 1)..]];

    private readonly record struct Step(Shard Shard, int At, int Index);
}
