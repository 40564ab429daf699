using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Pail;

public sealed class PailProperties
{
    [Property(Arbitrary = [typeof(PailScripts)], MaxTest = 150)]
    public async Task A_pail_is_a_sorted_map(PailScript script, PailKeyText probe)
    {
        var model = new PailModel(new ShardShelf(), Shard.Empty.Cid, []);
        foreach (PailStep step in script.Steps)
        {
            await model.ApplyAsync(step);
            await model.HoldsAsync();
        }

        foreach (string key in model.Entries.Keys.Append(probe.Text))
            Assert.Equal(model.Entries.GetValueOrDefault(key), await PailTree.GetAsync(model.Session.Shelf, model.Session.Root, key, CancellationToken.None));
    }

    [Property(Arbitrary = [typeof(PailScripts)], MaxTest = 150)]
    public async Task A_change_names_exactly_the_shards_that_come_and_go(PailScript script)
    {
        var model = new PailModel(new ShardShelf(), Shard.Empty.Cid, []);
        foreach (PailStep step in script.Steps)
        {
            HashSet<Cid> before = await model.Session.Shelf.ReachAsync(model.Session.Root);
            PailChange change = await model.ApplyAsync(step);
            await Differs(model.Session.Shelf, before, change);
        }
    }

    [Property(Arbitrary = [typeof(PailScripts)], MaxTest = 150)]
    public async Task The_root_depends_on_the_entries_alone_while_nothing_is_removed(PailScript script, int seed)
    {
        PailStep[] puts = [.. script.Steps.Where(static step => !step.Delete)];
        PailModel first = await PailModel.RunAsync(new PailScript(puts));
        KeyValuePair<string, Cid>[] entries = [.. first.Entries];

        new Random(seed).Shuffle(entries);
        var singly = new PailSession();
        foreach ((string key, Cid value) in entries)
            await singly.PutAsync(key, value);
        Assert.Equal(first.Session.Root, singly.Root);

        new Random(seed + 1).Shuffle(entries);
        var together = new PailSession();
        PailChange change = await together.BatchAsync(entries);
        Assert.Equal(first.Session.Root, together.Root);
        await Differs(together.Shelf, [Shard.Empty.Cid], change);
    }

    [Property(Arbitrary = [typeof(PailScripts)], MaxTest = 150)]
    public async Task A_batch_gives_the_root_of_single_puts_on_any_pail(PailScript script, PailScript more)
    {
        PailModel model = await PailModel.RunAsync(script);
        KeyValuePair<string, Cid>[] puts =
            [.. more.Steps.Where(static step => !step.Delete).SelectMany(static step => step.Puts).Select(static put => KeyValuePair.Create(put.Key, PailModel.Value(put.Value)))];
        var singly = new PailSession(model.Session.Shelf, model.Session.Root);
        foreach ((string key, Cid value) in puts)
            await singly.PutAsync(key, value);
        await model.Session.BatchAsync(puts);
        Assert.Equal(singly.Root, model.Session.Root);
    }

    [Property(Arbitrary = [typeof(PailScripts)], MaxTest = 400)]
    public async Task The_puts_of_several_events_make_the_shards_that_they_make_in_turn(PailScript script, PailScript more)
    {
        PailModel model = await PailModel.RunAsync(script);
        PailBatch together = await PailBatch.OpenAsync(model.Session.Shelf, model.Session.Root, CancellationToken.None);
        var inTurn = new PailAccumulator(model.Session.Shelf, model.Session.Root);
        foreach (PailStep step in more.Steps.Where(static step => !step.Delete))
        {
            together.BeginEvent();
            PailBatch own = await PailBatch.OpenAsync(inTurn.Shards, inTurn.Root, CancellationToken.None);
            foreach ((string key, int value) in step.Puts)
            {
                await together.PutAsync(key, PailModel.Value(value), CancellationToken.None);
                await own.PutAsync(key, PailModel.Value(value), CancellationToken.None);
            }

            inTurn.Add(step.Puts.Count == 1
                ? await PailTree.PutAsync(inTurn.Shards, inTurn.Root, step.Puts[0].Key, PailModel.Value(step.Puts[0].Value), CancellationToken.None)
                : own.Commit());
        }

        PailChange change = together.Commit();
        PailChange expected = inTurn.ToChange();
        Assert.Equal(expected.Root, change.Root);
        Assert.Equal(expected.Additions.Select(static shard => shard.Cid), change.Additions.Select(static shard => shard.Cid));
        Assert.Equal(expected.Removals.ToHashSet(), change.Removals.ToHashSet());
        Assert.Equal(expected.Recurring.Select(static shard => shard.Cid).ToHashSet(), change.Recurring.Select(static shard => shard.Cid).ToHashSet());
    }

    [Property(Arbitrary = [typeof(PailScripts)], MaxTest = 200)]
    public async Task A_range_yields_the_entries_within_it(PailScript script, PailKeyText low, PailKeyText high, PailKeyText prefix, int shape)
    {
        PailModel model = await PailModel.RunAsync(script);
        var range = new KeyRange
        {
            Prefix = (shape & 1) != 0 ? prefix.Text[..Math.Min(3, prefix.Text.Length)] : "",
            From = (shape & 2) != 0 ? low.Text : null,
            After = (shape & 4) != 0 ? prefix.Text : null,
            To = (shape & 8) != 0 ? high.Text : null,
        };
        IEnumerable<KeyValuePair<string, Cid>> expected = model.Entries.Where(entry =>
            entry.Key.StartsWith(range.Prefix, StringComparison.Ordinal)
            && (range.From is null || string.CompareOrdinal(entry.Key, range.From) >= 0)
            && (range.After is null || string.CompareOrdinal(entry.Key, range.After) > 0)
            && (range.To is null || string.CompareOrdinal(entry.Key, range.To) <= 0));
        Assert.Equal([.. expected], await model.Session.Shelf.EntriesAsync(model.Session.Root, range));
    }

    [Property(Arbitrary = [typeof(PailScripts)], MaxTest = 200)]
    public async Task The_difference_is_that_of_the_maps(PailScript common, PailScript left, PailScript right)
    {
        var shelf = new ShardShelf();
        PailModel before = await PailModel.RunAsync(common with { Steps = [.. common.Steps, .. left.Steps] }, shelf);
        PailModel after = await PailModel.RunAsync(common with { Steps = [.. common.Steps, .. right.Steps] }, shelf);
        Assert.Equal(
            Differences(before.Entries, after.Entries),
            await PailComparison.DifferenceAsync(shelf, before.Session.Root, after.Session.Root, CancellationToken.None));
    }

    [Property(Arbitrary = [typeof(PailScripts)], MaxTest = 150)]
    public async Task Merging_applies_what_each_target_changed(PailScript common, PailScript left, PailScript right)
    {
        var shelf = new ShardShelf();
        PailModel origin = await PailModel.RunAsync(Puts(common), shelf);
        PailModel first = await PailModel.RunAsync(Puts(common, left), shelf);
        PailModel second = await PailModel.RunAsync(Puts(common, right), shelf);

        var expected = new SortedDictionary<string, Cid>(origin.Entries, StringComparer.Ordinal);
        foreach (PailDifference difference in Differences(origin.Entries, first.Entries).Concat(Differences(origin.Entries, second.Entries)))
            expected[difference.Key] = difference.After;

        HashSet<Cid> before = await shelf.ReachAsync(origin.Session.Root);
        PailChange merged = await PailComparison.MergeAsync(shelf, origin.Session.Root, [first.Session.Root, second.Session.Root], CancellationToken.None);
        shelf.Add(merged.Additions);
        Assert.Equal([.. expected], await shelf.EntriesAsync(merged.Root));
        await Differs(shelf, before, merged);
    }

    [Fact]
    public async Task A_shard_that_goes_and_comes_back_is_neither_added_nor_removed()
    {
        var session = new PailSession();
        await session.PutAsync("ab", PailModel.Value(1));
        Cid root = session.Root;
        await session.PutAsync("ab", PailModel.Value(2));
        Cid other = session.Root;

        var changes = new PailAccumulator(session.Shelf, root);
        changes.Add(await PailTree.PutAsync(changes.Shards, root, "ab", PailModel.Value(2), CancellationToken.None));
        Assert.Equal(other, changes.Root);
        changes.Add(await PailTree.PutAsync(changes.Shards, changes.Root, "ab", PailModel.Value(1), CancellationToken.None));
        PailChange sum = changes.ToChange();
        Assert.Equal(root, sum.Root);
        Assert.Empty(sum.Additions);
        Assert.Empty(sum.Removals);
    }

    [Fact]
    public async Task A_lookup_reads_only_the_shards_on_its_way()
    {
        var session = new PailSession();
        await session.BatchAsync(Enumerable.Range(0, 1000).Select(static i => KeyValuePair.Create(i.ToString("d3", null), PailModel.Value(i % 6))));
        int before = session.Shelf.Reads;
        await PailTree.GetAsync(session.Shelf, session.Root, "777", CancellationToken.None);
        Assert.Equal(3, session.Shelf.Reads - before);
        before = session.Shelf.Reads;
        Assert.Equal(10, (await session.Shelf.EntriesAsync(session.Root, new KeyRange { Prefix = "77" })).Length);
        Assert.Equal(3, session.Shelf.Reads - before);
        before = session.Shelf.Reads;
        Assert.Equal(2, (await session.Shelf.EntriesAsync(session.Root, new KeyRange { From = "998", After = "995" })).Length);
        Assert.Equal(3, session.Shelf.Reads - before);
    }

    private static PailScript Puts(params PailScript[] scripts) => new([.. scripts.SelectMany(static script => script.Steps).Where(static step => !step.Delete)]);

    private static PailDifference[] Differences(SortedDictionary<string, Cid> before, SortedDictionary<string, Cid> after) =>
    [
        .. before.Keys.Union(after.Keys).Order(StringComparer.Ordinal)
            .Select(key => new PailDifference(key, before.GetValueOrDefault(key), after.GetValueOrDefault(key)))
            .Where(static difference => difference.Before != difference.After),
    ];

    private static async Task Differs(ShardShelf shelf, HashSet<Cid> before, PailChange change)
    {
        HashSet<Cid> after = await shelf.ReachAsync(change.Root);
        Assert.Equal([.. after.Except(before).Order()], change.Additions.Select(static shard => shard.Cid).Order());
        Assert.Equal([.. before.Except(after).Order()], change.Removals.Order());
    }
}
