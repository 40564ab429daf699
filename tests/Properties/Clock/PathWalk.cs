using FireproofBench.Engine.Blocks;

namespace FireproofBench.Properties.Clock;

/// <summary>
/// The resolution's search as the format describes it, walk by walk: lists that grow and are compared whole, every path taken on its own.
/// Exponential in diamonds, and so only for small histories.
/// </summary>
internal static class PathWalk
{
    /// <summary>The first event that all lists have in common.</summary>
    public static Cid Ancestor(EventShelf events, IReadOnlyList<Cid> heads)
    {
        List<List<Cid>> lists = [.. heads.Select(static head => new List<Cid> { head })];
        while (true)
        {
            foreach (List<Cid> list in lists)
            {
                ReadOnlySpan<Cid> parents = events.Find(list[^1]).Parents;
                list.Add(parents.Length switch { 0 => list[^1], 1 => parents[0], _ => Ancestor(events, parents.ToArray()) });
                foreach (Cid candidate in lists.SelectMany(static candidates => candidates))
                {
                    if (lists.TrueForAll(other => other.Contains(candidate)))
                        return candidate;
                }
            }
        }
    }

    /// <summary>All events between the heads and the ancestor: the sum of depths over all occurrences descending, then the text ascending.</summary>
    public static Cid[] Order(EventShelf events, IReadOnlyList<Cid> heads, Cid ancestor)
    {
        var weights = new Dictionary<Cid, long>();
        foreach (Cid head in heads)
            Walk(head, 0);
        return [.. weights.OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key.ToString(), StringComparer.Ordinal).Select(static pair => pair.Key)];

        void Walk(Cid cid, int depth)
        {
            weights[cid] = weights.GetValueOrDefault(cid) + depth;
            Cid[] parents = events.Find(cid).Parents.ToArray();
            if (parents is [Cid only] && only == ancestor)
                return;
            foreach (Cid parent in parents)
                Walk(parent, depth + 1);
        }
    }
}
