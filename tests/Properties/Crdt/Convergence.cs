using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;
using FireproofBench.Properties.Cbor;
using FireproofBench.Properties.Clock;
using FireproofBench.Properties.Pail;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Crdt;

public sealed class Convergence
{
    [Property(Arbitrary = [typeof(CrdtHistories)], MaxTest = 200)]
    public async Task Replicas_that_know_the_same_events_hold_the_same_pail(CrdtHistory history, int seed)
    {
        (EventShelf events, ShardShelf shards, CrdtReplica[] replicas) = await history.PlayAsync();
        var random = new Random(seed);
        Cid[] heads = [.. replicas.SelectMany(static replica => replica.Heads).Distinct()];
        Cid? root = null;
        Cid[]? known = null;
        KeyValuePair<string, Cid>[]? entries = null;
        foreach (CrdtReplica replica in replicas)
        {
            random.Shuffle(heads);
            await replica.MergeAsync(heads);
            PailChange resolved = await replica.ResolveAsync();
            known ??= [.. replica.Heads.Order()];
            entries ??= await replica.EntriesAsync();
            Assert.Equal(known, replica.Heads.Order());
            Assert.Equal(root ??= resolved.Root, resolved.Root);
            Assert.Equal(entries, await replica.EntriesAsync());
        }

        // One more write on the joined heads leaves one head, and everybody takes it over.
        CrdtChange join = await replicas[0].PutAsync("join", CrdtHistory.Value(1));
        foreach (CrdtReplica replica in replicas)
        {
            await replica.MergeAsync(join.Heads);
            Assert.Equal(join.Heads, replica.Heads);
            Assert.Equal(join.Pail.Root, (await replica.ResolveAsync()).Root);
        }

        Assert.Equal(join.Event!.Root, join.Pail.Root);
        Assert.NotEmpty(await shards.ReachAsync(join.Pail.Root));
        Assert.Equal(known, events.Find(join.Event.Cid).Parents.ToArray().Order());
    }

    [Property(Arbitrary = [typeof(CrdtHistories)], MaxTest = 150)]
    public async Task A_resolution_names_exactly_the_shards_that_come_and_go(CrdtHistory history)
    {
        (EventShelf events, ShardShelf shards, CrdtReplica[] replicas) = await history.PlayAsync();
        foreach (CrdtReplica replica in replicas)
            await replicas[0].MergeAsync(replica.Heads);
        if (replicas[0].Heads.Count == 1)
            return;
        Cid ancestor = await CommonAncestor.FindAsync(events, replicas[0].Heads, CancellationToken.None);
        HashSet<Cid> before = await shards.ReachAsync(events.Find(ancestor).Root);
        PailChange resolved = await replicas[0].ResolveAsync();
        shards.Add(resolved.Additions);
        HashSet<Cid> after = await shards.ReachAsync(resolved.Root);
        Assert.Equal([.. after.Except(before).Order()], resolved.Additions.Select(static shard => shard.Cid).Order());
        Assert.Equal([.. before.Except(after).Order()], resolved.Removals.Order());
    }

    [Property(Arbitrary = [typeof(CrdtHistories)], MaxTest = 150)]
    public async Task A_value_that_was_written_last_by_one_who_knew_all_others_stays(CrdtHistory history)
    {
        (_, _, CrdtReplica[] replicas) = await history.PlayAsync();
        foreach (CrdtReplica replica in replicas)
            await replicas[0].MergeAsync(replica.Heads);
        await replicas[0].PutAsync("ab", CrdtHistory.Value(99));
        foreach (CrdtReplica replica in replicas)
        {
            await replica.MergeAsync(replicas[0].Heads);
            Assert.Contains(KeyValuePair.Create("ab", CrdtHistory.Value(99)), await replica.EntriesAsync());
        }
    }

    [Fact]
    public async Task The_first_write_of_every_database_is_the_same_event()
    {
        var replica = new CrdtReplica(new EventShelf(), new ShardShelf());
        Cid document = Cid.Of(CidCodec.DagCbor, CborTree.Encode(new Dictionary<string, object?> { ["doc"] = new Dictionary<string, object?> { ["_id"] = Genesis.Key } }));
        CrdtChange change = await replica.PutAsync(Genesis.Key, document);
        Assert.Equal(Genesis.Event, change.Event!.Cid);
        Assert.Equal("bafyreidnvv4mwvweup5w52ddre2sl4syhvczm6ejqsmuekajowdl2cf2q4", document.ToString());
        Assert.Equal("bafyreiejg3twlaxr7gfvvhtxrhvwaydytdv4guidmtvaz5dskm6gp73ryi", change.Pail.Root.ToString());
    }

    [Fact]
    public async Task Heads_without_a_common_event_are_refused()
    {
        var events = new EventShelf();
        var shards = new ShardShelf();
        var left = new CrdtReplica(events, shards);
        var right = new CrdtReplica(events, shards);
        await left.PutAsync("a", CrdtHistory.Value(1));
        await right.PutAsync("b", CrdtHistory.Value(2));
        await left.MergeAsync(right.Heads);
        Assert.Equal(2, left.Heads.Count);
        await Assert.ThrowsAsync<UnrelatedHistoriesException>(left.ResolveAsync);
    }
}
