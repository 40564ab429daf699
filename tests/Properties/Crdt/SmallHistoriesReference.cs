using System.Text.Json;
using System.Text.Json.Nodes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;
using FireproofBench.Properties.Blocks;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Crdt;

/// <summary>Small histories made by the reference engine's own code: the same events, heads, roots, shards and entries.</summary>
public sealed class SmallHistoriesReference(ReferenceEngine reference)
{
    /// <summary>All 1,286 histories that three devices can make of up to five writes of one key.</summary>
    [Theory]
    [InlineData(3, 5, 1_286, 848, 45, 0, 0)]
    public async Task All_histories_of_one_key_are_those_of_the_reference_engine(
        int devices, int most, int histories, int otherAdditions, int otherRemovals, int lost, int unreadable)
    {
        int seen = 0;
        var differences = new ListDifferences();
        await new SmallHistories(devices, most, SmallWrites.OneKey).ForEachAsync(async history =>
        {
            seen++;
            differences += await HoldAsync(history);
        });
        Assert.Equal((histories, new ListDifferences(otherAdditions, otherRemovals, lost, unreadable)), (seen, differences));
    }

    /// <summary>700 histories of three devices from seeds. Values that no other event writes give no shard twice, but for those of deletions.</summary>
    [Theory]
    [InlineData(false, 5000, 400, 180, 15, 12, 5)]
    [InlineData(true, 6000, 300, 54, 6, 5, 1)]
    public async Task Histories_of_six_events_are_those_of_the_reference_engine(
        bool distinct, ulong firstSeed, int count, int otherAdditions, int otherRemovals, int lost, int unreadable)
    {
        var some = new SmallHistories(devices: 3, most: 6, SmallWrites.Many, distinct);
        var differences = new ListDifferences();
        for (int i = 0; i < count; i++)
            differences += await HoldAsync(await some.PickAsync(firstSeed + (ulong)i));
        Assert.Equal(new ListDifferences(otherAdditions, otherRemovals, lost, unreadable), differences);
    }

    /// <summary>
    /// A value, another one, and the first one again: a shard that the resolution made and dropped comes back. The reference engine takes it out of its list
    /// then, and cannot read the pail whose root it has just told.
    /// </summary>
    [Fact]
    public async Task A_shard_that_is_dropped_and_comes_back_is_in_the_list_of_what_was_made()
    {
        SmallHistory history = await FindAsync(
            static (value, other) =>
            [
                (0, SmallWrite.Put("a", 1)),
                (0, SmallWrite.Put("c", other)),
                (1, SmallWrite.Put("a", value)),
                (1, SmallWrite.Batch(("a", 1))),
            ],
            inOrder: [1, 2, 3]);
        PailChange resolved = await history.ResolveAsync(history.Heads(history.All));
        Assert.Equal([resolved.Root], resolved.Additions.Select(static shard => shard.Cid));
        Assert.Contains(KeyValuePair.Create("a", SmallHistory.Value(1)), await history.EntriesAsync(resolved));

        (_, JsonElement theirs, JsonElement entries) = await RunAsync(history);
        Assert.Equal(resolved.Root.ToString(), theirs.Text("root"));
        Assert.Empty(theirs.Texts("additions"));
        Assert.Contains("missing block", entries.Text("error"), StringComparison.Ordinal);
    }

    /// <summary>The same with a shard that was stored before: it is neither made nor dropped, in both engines.</summary>
    [Fact]
    public async Task A_shard_from_before_that_is_dropped_and_comes_back_is_in_no_list()
    {
        SmallHistory history = await FindAsync(
            static (value, _) => [(0, SmallWrite.Put("a", 1)), (1, SmallWrite.Put("a", value)), (1, SmallWrite.Batch(("a", 1)))],
            inOrder: [1, 2]);
        PailChange resolved = await history.ResolveAsync(history.Heads(history.All));
        Assert.Equal(history.Events[0].Event.Root, resolved.Root);
        Assert.Empty(resolved.Additions);
        Assert.Empty(resolved.Removals);
        Assert.Equal(default, await HoldAsync(history));
    }

    /// <summary>
    /// Where nobody has joined two concurrent writes, a later write of another key on one of them may turn which of them is shown. A deletion of what is shown
    /// as deleted makes no event, so it does not join them: the key may come back although it was deleted by one who knew of both. One that is an event joins
    /// them. So it is in both engines.
    /// </summary>
    [Fact]
    public async Task A_deletion_of_a_deleted_key_joins_nothing_unless_it_is_an_event()
    {
        SmallHistory history = await FindAsync(static (value, _) => [(0, SmallWrite.Put("a", value)), (0, SmallWrite.Delete("a"))], inOrder: [0, 1]);
        SmallWrite delete = SmallWrite.Delete("a");
        Assert.Equal(SmallHistory.Value(0), await ShownAsync(history, "a"));
        Assert.Null((await history.MakeAsync(history.All, delete)).Event);
        JsonArray script = Script(history);
        script.Add(new JsonObject { ["op"] = "crdt.put", ["name"] = "all", ["key"] = "a", ["value"] = SmallHistory.Value(0).ToString() });
        Assert.Equal(JsonValueKind.Null, (await AnswerAsync(script))[^1].GetProperty("event").ValueKind);

        await PushAsync(history, 0b10, SmallWrite.Put("c", 1));
        Assert.Equal(history.Events[0].Event.Operations[0].Value, await ShownAsync(history, "a"));
        Assert.Equal(default, await HoldAsync(history));

        history.Pop();
        await PushAsync(history, 0b11, SmallWrite.Batch(("a", 0)));
        await PushAsync(history, 0b10, SmallWrite.Put("c", 1));
        Assert.Equal(SmallHistory.Value(0), await ShownAsync(history, "a"));
        Assert.Equal(default, await HoldAsync(history));
    }

    // The first history of this form whose events are applied in this order where nothing but their names tells it.
    private static async Task<SmallHistory> FindAsync(Func<int, int, (int Past, SmallWrite Write)[]> form, int[] inOrder)
    {
        for (int value = 2; value <= 9; value++)
        {
            for (int other = 1; other <= 9; other++)
            {
                SmallHistory history = await SmallHistory.BeginAsync(distinct: false);
                foreach ((int past, SmallWrite write) in form(value, other))
                    await PushAsync(history, past, write);
                string[] names = [.. inOrder.Select(place => history.Events[place].Event.Cid.ToString())];
                if (names.SequenceEqual(names.Order(StringComparer.Ordinal)))
                    return history;
            }
        }

        throw new InvalidOperationException("None of these values gives such an order.");
    }

    private static async Task PushAsync(SmallHistory history, int past, SmallWrite write) => history.Push(await history.MakeAsync(past, write), write, past);

    private static async Task<Cid> ShownAsync(SmallHistory history, string key) =>
        (await history.EntriesAsync(await history.ResolveAsync(history.Heads(history.All)))).Single(entry => entry.Key == key).Value;

    private async Task<ListDifferences> HoldAsync(SmallHistory history)
    {
        (JsonElement[] made, JsonElement resolved, JsonElement entries) = await RunAsync(history);
        var differences = new ListDifferences();
        for (int i = 0; i < made.Length; i++)
        {
            SmallEvent ours = history.Events[i];
            string where = $"{history}, event {i}: {made[i]}";
            if (made[i].TryGetProperty("error", out _))
                return HoldUnreadable(differences, made[i]);
            Assert.True(made[i].Text("event") == ours.Event.Cid.ToString(), where);
            Assert.True(made[i].Texts("heads").SequenceEqual(ours.Change.Heads.Select(static head => head.ToString())), where);
            differences |= await HoldShardsAsync(history, ours.Past, made[i], ours.Change.Pail, where);
        }

        Cid[] heads = history.Heads(history.All);
        PailChange pail = await history.ResolveAsync(heads);
        Assert.True(resolved.Texts("heads").SequenceEqual(heads.Select(static head => head.ToString())), $"{history}: {resolved}");
        differences |= await HoldShardsAsync(history, history.All, resolved, pail, $"{history}, resolved: {resolved}");
        if (entries.TryGetProperty("error", out _))
            return HoldUnreadable(differences, entries);
        Assert.True(
            entries.GetProperty("entries").EnumerateArray().Select(static entry => entry[0].GetString() + " " + entry[1].GetString())
                .SequenceEqual((await history.EntriesAsync(pail)).Select(static entry => entry.Key + " " + entry.Value)),
            $"{history}: {entries}");
        return differences;
    }

    private static async Task<HashSet<string>> ReachAsync(SmallHistory history, PailChange change) =>
        [.. (await history.ReachAsync(change)).Select(static cid => cid.ToString())];

    // Nothing but a shard that it left out itself keeps the reference engine from going on.
    private static ListDifferences HoldUnreadable(ListDifferences differences, JsonElement answer)
    {
        Assert.Contains("missing block", answer.Text("error"), StringComparison.Ordinal);
        Assert.Equal(1, differences.Lost);
        return differences with { Unreadable = 1 };
    }

    // This engine's lists are exact: what the new root reaches and the one of the common ancestor does not, and the other way round. Where shards are made,
    // dropped and made again on the way, those of the reference engine are not: it leaves out what the root needs, and names what is stored already or was
    // never stored. What both name as made stands in the same order.
    private static async Task<ListDifferences> HoldShardsAsync(SmallHistory history, int past, JsonElement theirs, PailChange ours, string where)
    {
        Assert.True(theirs.Text("root") == ours.Root.ToString(), where + " root");
        Cid ancestor = await CommonAncestor.FindAsync(history, history.Heads(past), CancellationToken.None);
        PailChange before = PailChange.None((await history.GetAsync(ancestor, CancellationToken.None)).Root);
        HashSet<string> reachedBefore = await ReachAsync(history, before);
        HashSet<string> reached = await ReachAsync(history, ours);
        HashSet<string> stored = [.. history.StoredWith(past).Select(static cid => cid.ToString())];

        string[] additions = [.. ours.Additions.Select(static shard => shard.Cid.ToString())];
        string[] theirAdditions = theirs.Texts("additions");
        Assert.True(reached.Except(reachedBefore).Order(StringComparer.Ordinal).SequenceEqual(additions.Order(StringComparer.Ordinal)), where + " additions");
        Assert.True(additions.Intersect(theirAdditions).SequenceEqual(theirAdditions.Intersect(additions)), where + " order of additions");
        Assert.True(stored.IsSupersetOf(theirAdditions.Except(additions)), where + " additions beyond this engine's");

        string[] removals = [.. ours.Removals.Select(static cid => cid.ToString()).Order(StringComparer.Ordinal)];
        string[] theirRemovals = [.. theirs.Texts("removals").Order(StringComparer.Ordinal)];
        Assert.True(reachedBefore.Except(reached).Order(StringComparer.Ordinal).SequenceEqual(removals), where + " removals");
        Assert.True(!reached.Overlaps(theirRemovals), where + " removals that the root needs");
        return ListDifferences.Of(
            additions: !additions.SequenceEqual(theirAdditions),
            removals: !removals.SequenceEqual(theirRemovals),
            lost: additions.Except(theirAdditions).Except(stored).Any());
    }

    private async Task<(JsonElement[] Made, JsonElement Resolved, JsonElement Entries)> RunAsync(SmallHistory history)
    {
        JsonArray script = Script(history);
        script.Add(new JsonObject { ["op"] = "crdt.entries", ["name"] = "all" });
        JsonElement[] answers = await AnswerAsync(script);
        return ([.. Enumerable.Range(1, history.Events.Count).Select(number => answers[3 * number])], answers[^2], answers[^1]);
    }

    private async Task<JsonElement[]> AnswerAsync(JsonArray script)
    {
        const string Session = "small";
        JsonElement answers = await reference.RunPailAsync(Session, script.ToJsonString(), TestContext.Current.CancellationToken);
        await reference.DropPailAsync(Session, TestContext.Current.CancellationToken);
        return [.. answers.EnumerateArray()];
    }

    private static JsonArray Script(SmallHistory history)
    {
        var script = new JsonArray
        {
            new JsonObject { ["op"] = "crdt.put", ["name"] = "first", ["key"] = Genesis.Key, ["value"] = SmallHistory.FirstValue.ToString() },
        };
        for (int i = 0; i < history.Events.Count; i++)
        {
            SmallEvent made = history.Events[i];
            Meet(script, history, made.Past, "e" + i);
            JsonObject[] puts =
            [
                .. made.Event.Operations.ToArray().Select(put => new JsonObject
                {
                    ["op"] = "crdt.put", ["name"] = "e" + i, ["key"] = put.Key, ["value"] = put.Value.ToString(),
                }),
            ];
            script.Add(made.Write.Kind == OperationKind.Batch ? new JsonObject { ["op"] = "crdt.batch", ["name"] = "e" + i, ["ops"] = new JsonArray([.. puts]) } : puts[0]);
        }

        Meet(script, history, history.All, "all");
        return script;
    }

    // A clock of its own for each event, with the heads that it is made on.
    private static void Meet(JsonArray operations, SmallHistory history, int known, string name)
    {
        string[] heads = known == 0 ? ["first"] : [.. SmallHistory.Places(Antichains.Latest(history.Pasts, known)).Select(static place => "e" + place)];
        operations.Add(new JsonObject { ["op"] = "fork", ["name"] = heads[0], ["to"] = name });
        operations.Add(new JsonObject { ["op"] = "crdt.merge", ["into"] = name, ["from"] = new JsonArray([.. heads[1..].Select(static head => (JsonNode)head)]) });
    }
}
