using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Properties.Cbor;
using FireproofBench.Properties.Clock;
using FireproofBench.Properties.Pail;

namespace FireproofBench.Properties.Crdt;

/// <summary>A generated history of several replicas.</summary>
/// <param name="Replicas">How many, 2 to 5.</param>
/// <param name="Steps">In order.</param>
public sealed record CrdtHistory(int Replicas, IReadOnlyList<CrdtStep> Steps)
{
    private static readonly Cid _tombstone = Cid.Of(CidCodec.DagCbor, CborTree.Encode(new Dictionary<string, object?> { ["del"] = true }));

    public override string ToString() => $"{Replicas} replicas: " + string.Join("; ", Steps);

    /// <summary>The value with a number; 0 is a tombstone.</summary>
    internal static Cid Value(int number) => number == 0 ? _tombstone : Cid.Of(CidCodec.DagCbor, CborTree.Encode((Int128)number));

    /// <summary>Plays all steps.</summary>
    internal async Task<(EventShelf Events, ShardShelf Shards, CrdtReplica[] Replicas)> PlayAsync()
    {
        var events = new EventShelf();
        var shards = new ShardShelf();
        CrdtReplica[] replicas = [.. Enumerable.Range(0, Replicas).Select(_ => new CrdtReplica(events, shards))];
        CrdtChange first = await replicas[0].PutAsync(Genesis.Key, Value(0));
        foreach (CrdtReplica replica in replicas)
            replica.Heads = first.Heads;
        foreach (CrdtStep step in Steps)
        {
            CrdtReplica replica = replicas[step.Replica];
            if (step.From >= 0)
                await replica.MergeAsync(replicas[step.From].Heads);
            else if (step.Puts.Count == 1)
                await replica.PutAsync(step.Puts[0].Key, Value(step.Puts[0].Value));
            else
                await replica.BatchAsync([.. step.Puts.Select(static put => new KeyValue(put.Key, Value(put.Value)))]);
        }

        return (events, shards, replicas);
    }
}
