using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;
using FireproofBench.Properties.Clock;
using FireproofBench.Properties.Pail;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Crdt;

/// <summary>
/// What replicas know makes a semilattice, and what they show is a function of it. To merge is to take in the heads of another replica, one after another.
/// </summary>
public sealed class MergeLaws
{
    [Property(Arbitrary = [typeof(CrdtHistories)], MaxTest = 200)]
    public async Task It_does_not_matter_who_merges_whom(CrdtHistory history)
    {
        (EventShelf events, ShardShelf shards, CrdtReplica[] replicas) = await history.PlayAsync();
        foreach (CrdtReplica left in replicas)
        {
            foreach (CrdtReplica right in replicas)
                await SameAsync(await MergedAsync(events, shards, left, right), await MergedAsync(events, shards, right, left));
        }
    }

    [Property(Arbitrary = [typeof(CrdtHistories)], MaxTest = 200)]
    public async Task It_does_not_matter_what_is_merged_first(CrdtHistory history)
    {
        (EventShelf events, ShardShelf shards, CrdtReplica[] replicas) = await history.PlayAsync();
        (CrdtReplica one, CrdtReplica two, CrdtReplica three) = (replicas[0], replicas[1], replicas[^1]);
        await SameAsync(
            await MergedAsync(events, shards, await MergedAsync(events, shards, one, two), three),
            await MergedAsync(events, shards, one, await MergedAsync(events, shards, two, three)));
    }

    [Property(Arbitrary = [typeof(CrdtHistories)], MaxTest = 200)]
    public async Task What_is_known_already_changes_nothing(CrdtHistory history, int seed)
    {
        (EventShelf events, ShardShelf shards, CrdtReplica[] replicas) = await history.PlayAsync();
        CrdtReplica all = replicas[0];
        foreach (CrdtReplica replica in replicas)
        {
            await SameAsync(replica, await MergedAsync(events, shards, replica, replica));
            all = await MergedAsync(events, shards, all, replica);
        }

        // Everything once more, twice, in any order: the very same heads in the same order.
        IReadOnlyList<Cid> before = all.Heads;
        Cid[] again = [.. replicas.SelectMany(static replica => replica.Heads), .. replicas.SelectMany(static replica => replica.Heads)];
        new Random(seed).Shuffle(again);
        await all.MergeAsync(again);
        Assert.Equal(before, all.Heads);
    }

    /// <summary>
    /// All states that replicas can be in, of all ways in which up to five events of three devices can know of one another: 8,110 pairs and 93,942 triples of states.
    /// </summary>
    [Fact]
    public async Task The_laws_hold_for_all_states_of_small_histories()
    {
        (int pairs, int triples) = (0, 0);
        foreach (int[] shape in Enumerable.Range(1, 5).SelectMany(static events => SmallShapes.All(events, devices: 3)))
        {
            SmallHistory history = await SmallHistory.BeginAsync(shape);
            int[] states = SmallShapes.States(shape);
            foreach (int one in states)
            {
                foreach (int two in states)
                {
                    pairs++;
                    IReadOnlyList<Cid> merged = await history.MergeAsync(history.Heads(one), history.Heads(two));
                    await HoldAsync(history, one | two, merged);
                    Assert.Equal(merged, await history.MergeAsync(merged, [.. history.Heads(two), .. history.Heads(one), .. history.Heads(two)]));
                    foreach (int three in states)
                    {
                        triples++;
                        HoldHeads(history, one | two | three, await history.MergeAsync(merged, history.Heads(three)));
                        HoldHeads(
                            history, one | two | three, await history.MergeAsync(history.Heads(one), await history.MergeAsync(history.Heads(two), history.Heads(three))));
                    }
                }
            }
        }

        Assert.Equal((8_110, 93_942), (pairs, triples));
    }

    /// <summary>Every choice among the events of all ways in which up to six events of three devices can know of one another, with and without the first one.</summary>
    [Fact]
    public async Task The_heads_of_every_choice_of_events_are_those_that_no_other_of_them_follows()
    {
        int choices = 0;
        foreach (int[] shape in Enumerable.Range(1, 6).SelectMany(static events => SmallShapes.All(events, devices: 3)))
        {
            SmallHistory history = await SmallHistory.BeginAsync(shape);
            for (int some = 1; some <= history.All; some++)
            {
                choices++;
                Cid[] chosen = [.. history.Events.Where((_, place) => (some >> place & 1) != 0).Select(static made => made.Event.Cid)];
                HoldHeads(history, some, await MerkleClock.ReduceAsync(history, chosen, CancellationToken.None));
                HoldHeads(history, some, await MerkleClock.ReduceAsync(history, [.. history.Heads(0), .. chosen.Reverse()], CancellationToken.None));
            }
        }

        Assert.Equal(17_407, choices);
    }

    // Both ways of a law lead to the heads of all that is known, and to the pail of these.
    private static async Task HoldAsync(SmallHistory history, int known, IReadOnlyList<Cid> merged)
    {
        HoldHeads(history, known, merged);
        PailChange expected = await history.ResolveAsync(history.Heads(known));
        PailChange resolved = await history.ResolveAsync(merged);
        if (expected.Root != resolved.Root || !(await history.EntriesAsync(expected)).SequenceEqual(await history.EntriesAsync(resolved)))
            Assert.Fail($"merged to {known:b}, another pail: {history}");
    }

    private static void HoldHeads(SmallHistory history, int known, IReadOnlyList<Cid> merged)
    {
        if (!history.Heads(known).Order().SequenceEqual(merged.Order()))
            Assert.Fail($"merged to {known:b}, other heads: {history}");
    }

    private static async Task<CrdtReplica> MergedAsync(EventShelf events, ShardShelf shards, CrdtReplica into, CrdtReplica from)
    {
        var merged = new CrdtReplica(events, shards) { Heads = into.Heads };
        await merged.MergeAsync(from.Heads);
        return merged;
    }

    private static async Task SameAsync(CrdtReplica left, CrdtReplica right)
    {
        Assert.Equal(left.Heads.Order(), right.Heads.Order());
        Assert.Equal((await left.ResolveAsync()).Root, (await right.ResolveAsync()).Root);
        Assert.Equal(await left.EntriesAsync(), await right.EntriesAsync());
    }
}
