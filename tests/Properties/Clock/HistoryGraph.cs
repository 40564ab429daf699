using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Properties.Clock;

/// <summary>A generated history: event 0 is the first, every other follows one to three earlier ones.</summary>
/// <param name="Parents">The numbers of the parents of each event.</param>
public sealed record HistoryGraph(IReadOnlyList<IReadOnlyList<int>> Parents)
{
    public int Count => Parents.Count;

    public override string ToString() => string.Join("; ", Parents.Select(static (parents, index) => $"{index} <- {string.Join(",", parents)}"));

    /// <summary>The events as blocks on a shelf; the salt gives other content ids to the same shape.</summary>
    internal Cid[] Lay(EventShelf shelf, int salt = 0)
    {
        var cids = new Cid[Count];
        for (int i = 0; i < Count; i++)
        {
            ClockEvent clockEvent = ClockEvent.Put(
                "k" + i, Cid.Of(CidCodec.Raw, BitConverter.GetBytes(salt)), Shard.Empty.Cid, Parents[i].Select(parent => cids[parent]));
            shelf.Add(clockEvent);
            cids[i] = clockEvent.Cid;
        }

        return cids;
    }

    /// <summary>For each event those that it follows, itself included.</summary>
    internal HashSet<int>[] Reach()
    {
        var reach = new HashSet<int>[Count];
        for (int i = 0; i < Count; i++)
            reach[i] = [i, .. Parents[i].SelectMany(parent => reach[parent])];
        return reach;
    }

    /// <summary>Of these events the ones that no other of them follows.</summary>
    internal int[] Latest(IEnumerable<int> events)
    {
        HashSet<int>[] reach = Reach();
        int[] all = [.. events.Distinct()];
        return [.. all.Where(one => !all.Any(other => other != one && reach[other].Contains(one)))];
    }
}
