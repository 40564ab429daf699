using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>Differences between pails, and merging by them.</summary>
public static class PailComparison
{
    /// <summary>Finds the keys that differ, reading only shards that are not shared.</summary>
    /// <param name="shards">Where shards are read.</param>
    /// <param name="before">The root of the first pail.</param>
    /// <param name="after">The root of the second pail.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The differences, sorted by key.</returns>
    public static async ValueTask<IReadOnlyList<PailDifference>> DifferenceAsync(
        IShardSource shards, Cid before, Cid after, CancellationToken cancellation)
    {
        var differences = new SortedDictionary<string, PailDifference>(StringComparer.Ordinal);
        var pairs = new Stack<(Cid Before, Cid After)>();
        pairs.Push((before, after));
        while (pairs.TryPop(out (Cid Before, Cid After) pair))
        {
            if (pair.Before == pair.After)
                continue;
            Shard left = await shards.GetAsync(pair.Before, cancellation);
            Shard right = await shards.GetAsync(pair.After, cancellation);
            Dictionary<string, ShardEntry> others = right.Entries.ToArray().ToDictionary(static entry => entry.Key, StringComparer.Ordinal);
            var leftOnly = new List<ShardEntry>();
            for (int i = 0; i < left.Entries.Length; i++)
            {
                ShardEntry a = left.Entries[i];
                if (!others.Remove(a.Key, out ShardEntry b))
                {
                    leftOnly.Add(a);
                    continue;
                }

                Note(left.Prefix + a.Key, a.Value, b.Value);
                if (a.IsLink && b.IsLink)
                    pairs.Push((a.Link, b.Link));
                else
                    await NoteBelowAsync(a.Link, b.Link);
            }

            // An entry may have moved below a link in the other pail: the same key is then noted from both sides, and drops out when equal.
            foreach (ShardEntry a in leftOnly)
            {
                Note(left.Prefix + a.Key, a.Value, default);
                await NoteBelowAsync(a.Link, default);
            }

            foreach (ShardEntry b in others.Values)
            {
                Note(left.Prefix + b.Key, default, b.Value);
                await NoteBelowAsync(default, b.Link);
            }
        }

        return [.. differences.Values];

        void Note(string key, Cid a, Cid b)
        {
            if (differences.TryGetValue(key, out PailDifference known))
                (a, b) = (a.IsDefined ? a : known.Before, b.IsDefined ? b : known.After);
            if (a == b)
                differences.Remove(key);
            else
                differences[key] = new PailDifference(key, a, b);
        }

        async ValueTask NoteBelowAsync(Cid a, Cid b)
        {
            if (a.IsDefined)
            {
                await foreach ((string key, Cid value) in PailEntries.WalkAsync(shards, a, KeyRange.All, cancellation))
                    Note(key, value, default);
            }

            if (b.IsDefined)
            {
                await foreach ((string key, Cid value) in PailEntries.WalkAsync(shards, b, KeyRange.All, cancellation))
                    Note(key, default, value);
            }
        }
    }

    /// <summary>Applies to one pail what each target changed since; a later target wins a key that several changed.</summary>
    /// <param name="shards">Where shards are read.</param>
    /// <param name="origin">The root that the targets come from.</param>
    /// <param name="targets">The roots to merge, in order.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static async ValueTask<PailChange> MergeAsync(
        IShardSource shards, Cid origin, IReadOnlyList<Cid> targets, CancellationToken cancellation)
    {
        var changes = new PailAccumulator(shards, origin);
        foreach (Cid target in targets)
        {
            foreach (PailDifference difference in await DifferenceAsync(shards, origin, target, cancellation))
            {
                changes.Add(difference.After.IsDefined
                    ? await PailTree.PutAsync(changes.Shards, changes.Root, difference.Key, difference.After, cancellation)
                    : await PailTree.DeleteAsync(changes.Shards, changes.Root, difference.Key, cancellation));
            }
        }

        return changes.ToChange();
    }
}
