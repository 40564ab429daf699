using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>Walks over the entries of a pail.</summary>
public static class PailEntries
{
    /// <summary>Yields keys and values in the order of keys (ordinal), reading only the shards that the range touches.</summary>
    /// <param name="shards">Where shards are read.</param>
    /// <param name="root">The root shard.</param>
    /// <param name="range">Which keys.</param>
    /// <param name="cancellation">Ends the walk.</param>
    public static async IAsyncEnumerable<KeyValuePair<string, Cid>> WalkAsync(
        IShardSource shards, Cid root, KeyRange range, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var open = new Stack<(Shard Shard, int Next)>();
        open.Push((await shards.GetAsync(root, cancellation), 0));
        while (open.TryPop(out (Shard Shard, int Next) top))
        {
            if (top.Next == top.Shard.Entries.Length)
                continue;
            open.Push((top.Shard, top.Next + 1));
            ShardEntry entry = top.Shard.Entries[top.Next];
            string key = top.Shard.Prefix + entry.Key;
            if (entry.Value.IsDefined && range.Contains(key))
                yield return new KeyValuePair<string, Cid>(key, entry.Value);
            if (entry.IsLink && range.MayContainBelow(key))
                open.Push((await shards.GetAsync(entry.Link, cancellation), 0));
        }
    }
}
