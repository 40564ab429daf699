using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;
using FireproofBench.Properties.Clock;
using FireproofBench.Properties.Pail;
using Xunit;

namespace FireproofBench.Properties.Crdt;

public sealed class StrongConvergence
{
    // So many events are delivered in every order in every history; for more of them every order is tried once for each shape.
    private const int DeliveredInEveryOrder = 4;

    private static readonly string[] _keys = ["a", "ab", "c"];

    /// <summary>
    /// All histories of up to six events, written by three devices with two values, a deletion, a put of a second key and a batch of both: 538,141 of them.
    /// The heads of each are resolved in every order, 1,506,698 in all: the pail and its entries are the same, and each key shows a value that no later write
    /// replaced, so that what was deleted stays so unless somebody put it who did not know. Those of up to four events are also delivered to a new replica in
    /// every order, 57,125 in all; longer ones are the matter of the next test. All histories in which every event writes another value are checked too, of
    /// two keys up to five events (67,594) and of one key up to six (35,102); and those with removals in place of deletions, up to six events (57,530).
    /// </summary>
    /// <remarks>
    /// A put of what is shown already is no event and so no write here, although concurrent writes stay unjoined then. Histories of fewer devices, and of one key, are among these.
    /// </remarks>
    [Theory]
    [InlineData("two keys", 3, 6, false, 538_141, 1_506_698, 57_125)]
    [InlineData("two keys", 3, 5, true, 67_594, 160_550, 94_951)]
    [InlineData("one key", 3, 6, true, 35_102, 90_460, 8_503)]
    [InlineData("removals", 3, 6, false, 57_530, 149_916, 11_355)]
    public async Task Everybody_who_knows_the_same_events_shows_the_same(
        string writes, int devices, int most, bool distinct, int histories, int orders, int deliveries)
    {
        IReadOnlyList<SmallWrite> all = writes switch
        {
            "one key" => SmallWrites.OneKey,
            "two keys" => SmallWrites.TwoKeys,
            _ => SmallWrites.Removals,
        };
        (int seen, int resolved, int delivered) = (0, 0, 0);
        await new SmallHistories(devices, most, all, distinct).ForEachAsync(async history =>
        {
            seen++;
            resolved += await HoldAsync(history);
            if (history.Events.Count <= DeliveredInEveryOrder)
                delivered += await DeliverAsync(history);
        });
        Assert.Equal((histories, orders, deliveries), (seen, resolved, delivered));
    }

    /// <summary>
    /// All 323 ways in which up to six events of three devices can know of one another, delivered in all orders, 183,395 in all. The heads depend on nothing
    /// else of the events, and every order that they can come to stand in is resolved above.
    /// </summary>
    [Fact]
    public async Task Events_that_come_in_any_order_at_all_give_the_same_pail()
    {
        (int shapes, int orders) = (0, 0);
        foreach (int[] shape in Enumerable.Range(1, 6).SelectMany(static events => SmallShapes.All(events, devices: 3)))
        {
            shapes++;
            orders += await DeliverAsync(await SmallHistory.BeginAsync(shape));
        }

        Assert.Equal((323, 183_395), (shapes, orders));
    }

    /// <summary>5,000 histories of six events from seeds, with more kinds of writes.</summary>
    [Theory]
    [InlineData(1000, 5000)]
    public async Task Histories_of_many_kinds_of_writes_show_the_same_too(ulong firstSeed, int count)
    {
        var some = new SmallHistories(devices: 3, most: 6, SmallWrites.Many);
        for (int i = 0; i < count; i++)
            await HoldAsync(await some.PickAsync(firstSeed + (ulong)i));
    }

    /// <summary>The enumeration leaves nothing out: devices that write, and hear from one another in every way, make exactly its histories.</summary>
    [Theory]
    [InlineData(3, 3, 46)]
    [InlineData(2, 4, 192)]
    [InlineData(3, 4, 213)]
    public async Task Devices_that_hear_from_one_another_make_exactly_these_histories(int devices, int most, int histories)
    {
        var listed = new HashSet<string>();
        await new SmallHistories(devices, most, SmallWrites.OneKey).ForEachAsync(history =>
        {
            Assert.True(listed.Add(Text(history.Heads(history.All))));
            return ValueTask.CompletedTask;
        });
        HashSet<string> played = await PlayAsync(devices, most);
        Assert.Equal(listed.Order(), played.Order());
        Assert.Equal(histories, listed.Count);
    }

    // All states of the devices that can be reached, by writing and by hearing; what everybody knows together names the history.
    private static async Task<HashSet<string>> PlayAsync(int devices, int most)
    {
        var events = new EventShelf();
        var shards = new ShardShelf();
        var replica = new CrdtReplica(events, shards);
        IReadOnlyList<Cid> first = (await replica.PutAsync(Genesis.Key, SmallHistory.FirstValue)).Heads;
        var played = new HashSet<string>();
        var states = new HashSet<string>();
        var open = new Stack<(IReadOnlyList<Cid>[] Devices, HashSet<Cid> Made)>();
        open.Push(([.. Enumerable.Repeat(first, devices)], []));
        while (open.TryPop(out (IReadOnlyList<Cid>[] Devices, HashSet<Cid> Made) state))
        {
            if (!states.Add(string.Join('|', state.Devices.Select(Text).Order(StringComparer.Ordinal))))
                continue;
            if (state.Made.Count > 0)
                played.Add(Text(await MerkleClock.ReduceAsync(events, [.. state.Devices.SelectMany(static heads => heads)], CancellationToken.None)));
            for (int device = 0; device < devices; device++)
            {
                foreach (IReadOnlyList<Cid> other in state.Devices)
                {
                    replica.Heads = state.Devices[device];
                    await replica.MergeAsync(other);
                    open.Push((With(device), state.Made));
                }

                foreach (SmallWrite write in SmallWrites.OneKey)
                {
                    replica.Heads = state.Devices[device];
                    CrdtChange change = await replica.PutAsync(write.Puts[0].Key, SmallHistory.Value(write.Puts[0].Value));
                    HashSet<Cid> made = change.Event is null ? state.Made : [.. state.Made, change.Event.Cid];
                    if (made.Count <= most)
                        open.Push((With(device), made));
                }

                IReadOnlyList<Cid>[] With(int changed) => [.. state.Devices.Select((heads, place) => place == changed ? replica.Heads : heads)];
            }
        }

        return played;
    }

    // Every order in which all events can come to a replica that knows the first one only, also before those that they follow.
    private static async ValueTask<int> DeliverAsync(SmallHistory history)
    {
        var roots = new Dictionary<string, (Cid Root, List<KeyValuePair<string, Cid>> Entries)>();
        Cid[] expected = [.. history.Heads(history.All).Order()];
        IReadOnlyList<Cid[]> orders = Permutations.Of([.. history.Events.Select(static made => made.Event.Cid)]);
        foreach (Cid[] order in orders)
        {
            IReadOnlyList<Cid> heads = await history.MergeAsync(history.Heads(0), order);
            if (!heads.Order().SequenceEqual(expected))
                Assert.Fail($"{Text(heads)} after {Text(order)}: {history}");
            if (roots.ContainsKey(string.Concat(heads)))
                continue;
            PailChange resolved = await history.ResolveAsync(heads);
            roots.Add(string.Concat(heads), (resolved.Root, await history.EntriesAsync(resolved)));
        }

        (Cid root, List<KeyValuePair<string, Cid>> entries) = roots.Values.First();
        if (roots.Values.Any(other => other.Root != root || !other.Entries.SequenceEqual(entries)))
            Assert.Fail($"another order of delivery, another pail: {history}");
        return orders.Count;
    }

    private static async ValueTask<int> HoldAsync(SmallHistory history)
    {
        IReadOnlyList<Cid[]> orders = Permutations.Of(history.Heads(history.All));
        Cid root = default;
        List<KeyValuePair<string, Cid>>? entries = null;
        foreach (Cid[] heads in orders)
        {
            PailChange resolved = await history.ResolveAsync(heads);
            List<KeyValuePair<string, Cid>> shown = await history.EntriesAsync(resolved);
            if (entries is null)
                (root, entries) = (resolved.Root, shown);
            else if (resolved.Root != root || !shown.SequenceEqual(entries))
                Assert.Fail($"another order of the heads, another pail: {history}");
        }

        HoldLastWrites(history, entries!);
        return orders.Count;
    }

    private static void HoldLastWrites(SmallHistory history, List<KeyValuePair<string, Cid>> entries)
    {
        int found = 1;
        foreach (string key in _keys)
        {
            HashSet<Cid> last = history.LastValues(key);
            Cid shown = entries.Find(entry => entry.Key == key).Value;
            if (!last.Contains(shown))
                Assert.Fail($"{key} shows {shown}, which is not of a last write: {history}");
            found += shown.IsDefined ? 1 : 0;
        }

        if (found != entries.Count || !entries.Contains(KeyValuePair.Create(Genesis.Key, SmallHistory.FirstValue)))
            Assert.Fail($"entries that nobody wrote: {history}");
    }

    private static string Text(IReadOnlyList<Cid> heads) => string.Join(' ', heads.Order());
}
