using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Crdt;

/// <summary>Writes to a pail behind a clock: resolves the heads, changes the pail, makes the event that follows all heads.</summary>
/// <remarks>Pure: reads shards and gives back what the write makes. Source: @web3-storage/pail 0.6.2, crdt and crdt/batch.</remarks>
public static class CrdtWriter
{
    /// <summary>Puts one key.</summary>
    /// <param name="shards">Where shards are read, those of <paramref name="resolved"/> among them.</param>
    /// <param name="heads">The heads before; none for a new database.</param>
    /// <param name="resolved">Their resolution; for a new database <see cref="Beginning"/>.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>A change without an event, and with the same heads, when the key has that value already.</returns>
    public static async ValueTask<CrdtChange> PutAsync(
        IShardSource shards, IReadOnlyList<Cid> heads, PailChange resolved, string key, Cid value, CancellationToken cancellation)
    {
        PailChange put = await PailTree.PutAsync(shards, resolved.Root, key, value, cancellation);
        if (put.Root == resolved.Root)
            return new CrdtChange(heads, null, PailChange.None(resolved.Root));

        // The first put of a database stores the empty shard too, although it is dropped at once: it stands in both lists.
        PailChange sum = heads.Count == 0 ? put with { Additions = [Shard.Empty, .. put.Additions] } : Sum(shards, resolved, put);
        return Follow(ClockEvent.Put(key, value, put.Root, heads), sum);
    }

    /// <summary>Puts several keys as one event, which is made also when nothing changes.</summary>
    /// <param name="shards">Where shards are read, those of <paramref name="resolved"/> among them.</param>
    /// <param name="heads">The heads before; none for a new database.</param>
    /// <param name="resolved">Their resolution; for a new database <see cref="Beginning"/>.</param>
    /// <param name="operations">The puts, in order; a later one wins. The array must not change afterwards.</param>
    /// <param name="cancellation">Ends the call.</param>
    public static async ValueTask<CrdtChange> BatchAsync(
        IShardSource shards, IReadOnlyList<Cid> heads, PailChange resolved, KeyValue[] operations, CancellationToken cancellation)
    {
        PailBatch batch = await PailBatch.OpenAsync(shards, resolved.Root, cancellation);
        foreach (KeyValue operation in operations)
            await batch.PutAsync(operation.Key, operation.Value, cancellation);
        PailChange put = batch.Commit();
        return Follow(ClockEvent.Batch(operations, put.Root, heads), Sum(shards, resolved, put));
    }

    /// <summary>The resolution of no heads: the empty shard, which the first commit has to store.</summary>
    public static PailChange Beginning { get; } = new(Shard.Empty.Cid, [Shard.Empty], []);

    // An event that is made here names all heads as its parents, so it follows all of them: no walk is needed to say so.
    private static CrdtChange Follow(ClockEvent clockEvent, PailChange pail) => new([clockEvent.Cid], clockEvent, pail);

    private static PailChange Sum(IShardSource shards, PailChange resolved, PailChange put)
    {
        if (resolved.Additions.Count == 0 && resolved.Recurring.Count == 0)
            return put;
        var sum = new PailAccumulator(shards, resolved.Root);
        sum.Add(resolved);
        sum.Add(put);
        return sum.ToChange();
    }
}
