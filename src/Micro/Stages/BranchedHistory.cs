using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Micro.Stages;

/// <summary>Two devices that wrote apart: a common beginning, then two branches of single puts.</summary>
internal sealed class BranchedHistory
{
    private const int Common = 100;

    private BranchedHistory()
    {
    }

    /// <summary>The events of both.</summary>
    public MemoryEvents Events { get; } = new();

    /// <summary>The shards of both.</summary>
    public MemoryShards Shards { get; } = new();

    /// <summary>The events of the two branches alone.</summary>
    public IEnumerable<ClockEvent> Branches => Events.All.Skip(Common).SkipLast(1);

    /// <summary>The last event that both have.</summary>
    public Cid Ancestor { get; private set; }

    /// <summary>The heads of the two branches.</summary>
    public Cid[] Heads { get; private set; } = [];

    /// <summary>An event that follows the first of the heads and is not part of the heads yet.</summary>
    public Cid Next { get; private set; }

    /// <summary>Makes one with branches of so many events.</summary>
    public static async Task<BranchedHistory> CreateAsync(int branch)
    {
        var history = new BranchedHistory();
        (Cid head, Cid root) = await history.WriteAsync(default, Shard.Empty.Cid, 0, Common);
        history.Ancestor = head;
        (Cid Head, Cid Root) a = await history.WriteAsync(head, root, Common, branch);
        (Cid Head, Cid Root) b = await history.WriteAsync(head, root, Common + branch, branch);
        history.Heads = [a.Head, b.Head];
        (history.Next, _) = await history.WriteAsync(a.Head, a.Root, 0, 1);
        return history;
    }

    private async Task<(Cid Head, Cid Root)> WriteAsync(Cid head, Cid root, int from, int count)
    {
        for (int i = from; i < from + count; i++)
        {
            Cid value = Cid.Of(CidCodec.DagCbor, BitConverter.GetBytes(HashCode.Combine(1, i) ^ head.GetHashCode()));
            Cid[] heads = head.IsDefined ? [head] : [];
            CrdtChange change = await CrdtWriter.PutAsync(
                Shards, heads, head.IsDefined ? PailChange.None(root) : CrdtWriter.Beginning, MicroDocuments.IdOf(i), value, CancellationToken.None);
            Shards.Add(change.Pail);
            (head, root) = (Events.Add(change.Event!).Cid, change.Pail.Root);
        }

        return (head, root);
    }
}
