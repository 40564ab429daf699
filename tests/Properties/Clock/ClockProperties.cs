using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Clock;

public sealed class ClockProperties
{
    [Property(Arbitrary = [typeof(HistoryGraphs)], MaxTest = 300)]
    public async Task Events_in_any_order_of_delivery_give_the_same_heads(HistoryGraph graph, int seed)
    {
        var shelf = new EventShelf();
        Cid[] cids = graph.Lay(shelf);
        Cid[] delivery = [.. cids];
        new Random(seed).Shuffle(delivery);
        IReadOnlyList<Cid> heads = [];
        foreach (Cid cid in delivery)
            heads = await MerkleClock.AdvanceAsync(shelf, heads, cid, CancellationToken.None);
        Assert.Equal([.. graph.Latest(Enumerable.Range(0, graph.Count)).Select(index => cids[index]).Order()], heads.Order());

        foreach (Cid cid in delivery)
            Assert.Equal(heads, await MerkleClock.AdvanceAsync(shelf, heads, cid, CancellationToken.None));
    }

    [Property(Arbitrary = [typeof(HistoryGraphs)], MaxTest = 150)]
    public async Task An_event_follows_what_its_parents_lead_to(HistoryGraph graph)
    {
        var shelf = new EventShelf();
        Cid[] cids = graph.Lay(shelf);
        HashSet<int>[] reach = graph.Reach();
        for (int later = 0; later < graph.Count; later++)
        {
            for (int earlier = 0; earlier < graph.Count; earlier++)
                Assert.Equal(reach[later].Contains(earlier), await MerkleClock.FollowsAsync(shelf, cids[later], cids[earlier], CancellationToken.None));
        }
    }

    [Property(Arbitrary = [typeof(HistoryGraphs)], MaxTest = 500)]
    public async Task The_heads_of_any_events_are_those_that_none_of_the_others_follows(HistoryGraph graph, int seed)
    {
        var shelf = new EventShelf();
        Cid[] cids = graph.Lay(shelf);
        var random = new Random(seed);
        int[] some = [.. random.GetItems([.. Enumerable.Range(0, graph.Count)], 1 + random.Next(6)).Distinct()];
        IReadOnlyList<Cid> heads = await MerkleClock.ReduceAsync(shelf, [.. some.Select(index => cids[index])], CancellationToken.None);
        Assert.Equal([.. graph.Latest(some).Select(index => cids[index]).Order()], heads.Order());
    }

    [Fact]
    public async Task The_heads_of_branches_are_found_without_walking_the_history_before_them()
    {
        const int Trunk = 5000;
        const int Branches = 32;
        var shelf = new EventShelf();
        int[][] parents = [[], .. Enumerable.Range(0, Trunk).Select(static i => new[] { i }), .. Enumerable.Range(0, Branches).Select(static _ => new[] { Trunk })];
        Cid[] cids = new HistoryGraph(parents).Lay(shelf);
        IReadOnlyList<Cid> heads = await MerkleClock.ReduceAsync(shelf, cids[^Branches..], CancellationToken.None);
        Assert.Equal(Branches, heads.Count);
        Assert.InRange(shelf.Reads, Branches, 4 * Branches);

        int before = shelf.Reads;
        Assert.Equal([cids[^1]], await MerkleClock.ReduceAsync(shelf, [cids[^1], cids[Trunk - 50], cids[Trunk - 10]], CancellationToken.None));
        Assert.InRange(shelf.Reads - before, 50, 250);
    }

    [Property(Arbitrary = [typeof(HistoryGraphs)], MaxTest = 500)]
    public async Task The_ancestor_and_the_order_are_those_of_a_walk_over_every_path(HistoryGraph graph, int seed, int salt)
    {
        var shelf = new EventShelf();
        Cid[] cids = graph.Lay(shelf, salt);
        var random = new Random(seed);
        Cid[] heads = [.. graph.Latest(random.GetItems([.. Enumerable.Range(0, graph.Count)], 4)).Select(index => cids[index])];
        random.Shuffle(heads);

        Cid ancestor = await CommonAncestor.FindAsync(shelf, heads, CancellationToken.None);
        Assert.Equal(PathWalk.Ancestor(shelf, heads), ancestor);
        IReadOnlyList<ClockEvent> order = await EventOrder.SortAsync(shelf, heads, ancestor, CancellationToken.None);
        Assert.Equal(PathWalk.Order(shelf, heads, ancestor), order.Select(static clockEvent => clockEvent.Cid));
    }

    [Property(Arbitrary = [typeof(HistoryGraphs)], MaxTest = 200)]
    public async Task The_ancestor_of_any_events_is_that_of_a_walk_over_every_path(HistoryGraph graph, int seed)
    {
        var shelf = new EventShelf();
        Cid[] events = [.. new Random(seed).GetItems(graph.Lay(shelf), 3).Distinct()];
        Cid ancestor = await CommonAncestor.FindAsync(shelf, events, CancellationToken.None);
        Assert.Equal(PathWalk.Ancestor(shelf, events), ancestor);
    }

    [Fact]
    public async Task Events_of_equal_weight_are_ordered_by_their_text()
    {
        var shelf = new EventShelf();
        var graph = new HistoryGraph([[], .. Enumerable.Repeat<int[]>([0], 60)]);
        Cid[] cids = graph.Lay(shelf);
        IReadOnlyList<ClockEvent> order = await EventOrder.SortAsync(shelf, cids[1..], cids[0], CancellationToken.None);
        Assert.Equal(cids[1..].Select(static cid => cid.ToString()).Order(StringComparer.Ordinal), order.Select(static clockEvent => clockEvent.Cid.ToString()));
        Assert.NotEqual(cids[1..].Order(), order.Select(static clockEvent => clockEvent.Cid));
    }

    [Fact]
    public async Task A_hundred_diamonds_on_end_take_no_longer_than_their_events()
    {
        // A walk over every path would take 2^100 steps, and the sums of depths do not fit 64 bits.
        var parents = new List<IReadOnlyList<int>> { Array.Empty<int>() };
        for (int i = 0; i < 100; i++)
        {
            int top = parents.Count - 1;
            parents.AddRange([[top], [top], [top + 1, top + 2]]);
        }

        int last = parents.Count - 1;
        parents.AddRange([[last], [last], [last + 1]]);
        var graph = new HistoryGraph(parents);
        var shelf = new EventShelf();
        Cid[] cids = graph.Lay(shelf);
        Cid[] heads = [cids[last + 2], cids[last + 3]];
        Assert.Equal(cids[last], await CommonAncestor.FindAsync(shelf, heads, CancellationToken.None));
        Assert.Equal([cids[last + 1], .. new[] { cids[last + 2], cids[last + 3] }.OrderBy(static cid => cid.ToString(), StringComparer.Ordinal)],
            (await EventOrder.SortAsync(shelf, heads, cids[last], CancellationToken.None)).Select(static clockEvent => clockEvent.Cid));

        int before = shelf.Reads;
        IReadOnlyList<ClockEvent> all = await EventOrder.SortAsync(shelf, heads, default, CancellationToken.None);
        Assert.Equal(graph.Count, all.Count);
        Assert.Equal(cids[0], all[0].Cid);
        Assert.Equal(graph.Count, shelf.Reads - before);
    }

    [Fact]
    public async Task Histories_without_a_common_event_have_no_ancestor()
    {
        var shelf = new EventShelf();
        Cid left = new HistoryGraph([[], [0], [1]]).Lay(shelf, 1)[2];
        Cid right = new HistoryGraph([[], [0]]).Lay(shelf, 2)[1];
        Assert.False((await CommonAncestor.FindAsync(shelf, [left, right], CancellationToken.None)).IsDefined);
    }

    [Fact]
    public async Task A_join_of_histories_without_a_common_event_has_no_ancestor_either()
    {
        var shelf = new EventShelf();
        Cid left = new HistoryGraph([[], [0]]).Lay(shelf, 1)[1];
        Cid right = new HistoryGraph([[], [0]]).Lay(shelf, 2)[1];
        ClockEvent join = ClockEvent.Put("join", left, Shard.Empty.Cid, [left, right]);
        ClockEvent one = ClockEvent.Put("one", left, Shard.Empty.Cid, [join.Cid]);
        ClockEvent two = ClockEvent.Put("two", left, Shard.Empty.Cid, [join.Cid]);
        foreach (ClockEvent clockEvent in new[] { join, one, two })
            shelf.Add(clockEvent);
        Assert.Equal(join.Cid, await CommonAncestor.FindAsync(shelf, [one.Cid, two.Cid], CancellationToken.None));
        Assert.False((await CommonAncestor.FindAsync(shelf, [one.Cid, left], CancellationToken.None)).IsDefined);
    }

    [Fact]
    public async Task An_event_that_is_missing_is_named()
    {
        Cid lost = Cid.Of(CidCodec.DagCbor, "lost"u8);
        var shelf = new EventShelf();
        ClockEvent head = ClockEvent.Put("k", lost, Shard.Empty.Cid, [lost]);
        shelf.Add(head);
        MissingBlockException missing = await Assert.ThrowsAsync<MissingBlockException>(() => MerkleClock.FollowsAsync(shelf, head.Cid, lost, CancellationToken.None).AsTask());
        Assert.Equal(lost, missing.Cid);
    }

    [Fact]
    public async Task A_chain_as_deep_as_a_long_life_is_walked_without_deep_calls()
    {
        var shelf = new EventShelf();
        Cid[] cids = new HistoryGraph([[], .. Enumerable.Range(0, 20_000).Select(static i => new[] { i })]).Lay(shelf);
        ClockEvent branch = ClockEvent.Put("branch", cids[0], Shard.Empty.Cid, [cids[1]]);
        shelf.Add(branch);
        Cid[] heads = [cids[^1], branch.Cid];
        Assert.Equal(cids[1], await CommonAncestor.FindAsync(shelf, heads, CancellationToken.None));
        Assert.Equal(20_000, (await EventOrder.SortAsync(shelf, heads, cids[1], CancellationToken.None)).Count);
        Assert.True(await MerkleClock.FollowsAsync(shelf, cids[^1], cids[0], CancellationToken.None));
    }
}
