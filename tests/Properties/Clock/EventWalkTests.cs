using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.History;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Clock;

public sealed class EventWalkTests
{
    [Property(Arbitrary = [typeof(HistoryGraphs)], MaxTest = 500)]
    public async Task A_walk_meets_what_its_heads_follow_and_the_past_clock_does_not_each_event_once(HistoryGraph graph, int seed)
    {
        var shelf = new EventShelf();
        Cid[] cids = graph.Lay(shelf);
        (int[] heads, int[] since) = Draw(graph, seed);
        HashSet<int>[] reach = graph.Reach();
        IEnumerable<int> expected = heads.SelectMany(head => reach[head]).Distinct().Except(since.SelectMany(past => reach[past])).Order();
        int[] met = [.. (await WalkAsync(shelf, cids, heads, since)).Select(write => Array.IndexOf(cids, write.Event))];
        Assert.Equal(expected, met.Order());
    }

    [Property(Arbitrary = [typeof(HistoryGraphs)], MaxTest = 500)]
    public async Task What_is_called_the_newest_follows_all_that_was_not_met_before_it_also_what_the_past_clock_covers(HistoryGraph graph, int seed)
    {
        var shelf = new EventShelf();
        Cid[] cids = graph.Lay(shelf);
        (int[] heads, int[] since) = Draw(graph, seed);
        HashSet<int>[] reach = graph.Reach();
        HashSet<int> unmet = [.. heads.SelectMany(head => reach[head])];
        foreach (EventKey write in await WalkAsync(shelf, cids, heads, since))
        {
            int number = Array.IndexOf(cids, write.Event);
            if (write.IsNewest)
                Assert.Subset(reach[number], unmet);
            unmet.Remove(number);
        }
    }

    [Fact]
    public async Task In_a_history_without_branches_each_write_is_called_the_newest()
    {
        var shelf = new EventShelf();
        Cid[] cids = Line(8).Lay(shelf);
        Assert.All(await WalkAsync(shelf, cids, [7], [2]), static write => Assert.True(write.IsNewest));
        Assert.All(await WalkAsync(shelf, cids, [7], []), static write => Assert.True(write.IsNewest));
    }

    [Fact]
    public async Task A_key_is_new_to_a_walk_once_in_one_event_or_several()
    {
        var shelf = new EventShelf();
        Cid value = Cid.Of(CidCodec.Raw, "value"u8);
        ClockEvent first = ClockEvent.Batch([new KeyValue("a", value), new KeyValue("b", value), new KeyValue("a", value)], value, []);
        ClockEvent second = ClockEvent.Put("b", value, value, [first.Cid]);
        shelf.Add(first);
        shelf.Add(second);
        Assert.Equal([("b", true), ("a", true), ("b", false), ("a", false)], (await WalkAsync(shelf, [second.Cid], [0], [])).Select(static write => (write.Key, write.IsFirst)));
    }

    [Fact]
    public async Task A_walk_that_is_cancelled_ends()
    {
        var shelf = new EventShelf();
        Cid[] cids = Line(8).Lay(shelf);
        using var end = new CancellationTokenSource();
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (EventKey _ in EventWalk.WritesAsync(shelf, [cids[7]], [], end.Token))
                await end.CancelAsync();
        });
        Assert.Equal(1, shelf.Reads);
    }

    [Fact]
    public async Task Nothing_older_than_the_past_clock_is_read_where_every_path_ends_there()
    {
        const int Count = 3000;
        var shelf = new EventShelf();
        Cid[] cids = Line(2 * Count).Lay(shelf);
        Assert.Equal(Count, (await WalkAsync(shelf, cids, [(2 * Count) - 1], [Count - 1])).Count);
        Assert.InRange(shelf.Reads, Count, 2 * Count);
    }

    [Fact]
    public async Task A_branch_that_began_before_the_past_clock_is_not_followed_to_the_beginning_of_the_history()
    {
        const int Trunk = 20_000;
        var shelf = new EventShelf();
        int[][] branches = [[Trunk - 5], [Trunk - 1], [Trunk, Trunk + 1]];
        Cid[] cids = new HistoryGraph([.. Line(Trunk).Parents, .. branches]).Lay(shelf);
        Assert.Equal(3, (await WalkAsync(shelf, cids, [Trunk + 2], [Trunk - 1])).Count);
        Assert.InRange(shelf.Reads, 3, 1200);
    }

    private static HistoryGraph Line(int count) => new([[], .. Enumerable.Range(0, count - 1).Select(static parent => new[] { parent })]);

    private static (int[] Heads, int[] Since) Draw(HistoryGraph graph, int seed)
    {
        Random random = new(seed);
        int[] all = [.. Enumerable.Range(0, graph.Count)];
        return (graph.Latest(random.GetItems(all, 1 + random.Next(3))), graph.Latest(random.GetItems(all, random.Next(3))));
    }

    private static async Task<List<EventKey>> WalkAsync(EventShelf shelf, Cid[] cids, int[] heads, int[] since)
    {
        List<EventKey> writes = [];
        await foreach (EventKey write in EventWalk.WritesAsync(shelf, [.. heads.Select(head => cids[head])], [.. since.Select(past => cids[past])], CancellationToken.None))
            writes.Add(write);
        return writes;
    }
}
