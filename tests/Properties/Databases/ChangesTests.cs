using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Reference;
using FireproofBench.Simulation.Checking;
using FsCheck;
using FsCheck.Xunit;
using Xunit;
using Document = FireproofBench.Engine.Documents.Document;
using EventGraph = FireproofBench.Simulation.Checking.EventGraph;

namespace FireproofBench.Properties.Databases;

/// <summary>What changed between two clocks, on histories with branches.</summary>
public sealed class ChangesTests
{
    [Property(MaxTest = 30)]
    public async Task Changes_on_forked_histories_are_exactly_those_that_the_past_clock_does_not_cover(DoNotSize<int> seed)
    {
        var dice = new SeededDice((ulong)seed.Item);
        var remote = new WatchedStore();
        Database[] replicas = await TwoAsync();

        // Each write has an id of its own, so the changes name the events themselves; what each clock covers is what its replica knew then.
        HashSet<string>[] known = [[], []];
        HashSet<string> shared = [];
        var clocks = new List<(ImmutableArray<Cid> Heads, HashSet<string> Ids)> { ([], []) };
        for (int i = 0; i < 24; i++)
        {
            int one = dice.Next(2);
            if (dice.Chance(30))
            {
                await replicas[one].SyncAsync(remote);
                shared.UnionWith(known[one]);
                known[one].UnionWith(shared);
            }
            else
            {
                string id = string.Create(CultureInfo.InvariantCulture, $"{one}-{i:d2}");
                await replicas[one].PutAsync(Document.Parse($$"""{"_id":"{{id}}"}"""));
                known[one].Add(id);
            }

            clocks.Add((replicas[one].Heads, [.. known[one]]));
        }

        foreach (Database replica in new[] { replicas[0], replicas[1], replicas[0] })
            await replica.SyncAsync(remote);
        HashSet<string> all = [.. known[0], .. known[1]];
        foreach (Database replica in replicas)
        {
            foreach ((ImmutableArray<Cid> heads, HashSet<string> ids) in clocks)
                Assert.Equal(all.Except(ids).Order(StringComparer.Ordinal), (await DatabaseView.ChangesAsync(replica, heads)).Select(static change => change.Id).Order(StringComparer.Ordinal));
            await replica.DisposeAsync();
        }
    }

    [Property(MaxTest = 40)]
    public async Task What_changed_between_two_clocks_is_given_as_it_stands_at_the_later_one(DoNotSize<int> seed)
    {
        var dice = new SeededDice((ulong)seed.Item);
        var remote = new WatchedStore();
        Database[] replicas = await TwoAsync();
        List<ImmutableArray<Cid>>[] clocks = [[[]], [[]]];
        for (int i = 0; i < 24; i++)
        {
            int one = dice.Next(2);
            if (dice.Chance(30))
                await replicas[one].SyncAsync(remote);
            else if (dice.Chance(15))
                await replicas[one].DeleteAsync($"shared-{dice.Next(3)}");
            else
                await replicas[one].PutAsync(Document.Parse($$"""{"_id":"shared-{{dice.Next(3)}}","n":{{i}}}"""));
            clocks[one].Add(replicas[one].Heads);
        }

        for (int one = 0; one < replicas.Length; one++)
        {
            Database replica = replicas[one];
            EventGraph history = new(await replica.EventsAsync().ToListAsync());
            for (int i = 0; i < clocks[one].Count; i++)
            {
                for (int j = i; j < clocks[one].Count; j++)
                {
                    SortedDictionary<string, string?> standing = await StandingAsync(replica, clocks[one][j]);
                    ChangeSet changes = await replica.ChangesAsync(clocks[one][i], clocks[one][j]);
                    Assert.All(changes.Changes, change => Assert.Equal(standing[change.Id], change.Document?.ToJson()));
                    Assert.Null(new ChangeReport("it", clocks[one][i], changes).WrongWith(history));
                }

                Assert.Equal(
                    (await replica.ChangesAsync(clocks[one][i], clocks[one][^1])).Changes.TakeLast(2).Select(static change => (change.Id, change.Event)),
                    (await replica.ChangesAsync(clocks[one][i], limit: 2)).Changes.Select(static change => (change.Id, change.Event)));
            }

            await replica.DisposeAsync();
        }

        static async Task<SortedDictionary<string, string?>> StandingAsync(Database replica, ImmutableArray<Cid> heads)
        {
            SortedDictionary<string, string?> all = new(StringComparer.Ordinal);
            await foreach (DocumentRow row in (await replica.SnapshotAsync(heads)).RowsAsync())
                all[row.Id] = row.Document?.ToJson();
            return all;
        }
    }

    [Fact]
    public async Task Changes_up_to_a_past_clock_are_listed_also_when_its_state_was_compacted_away()
    {
        var remote = new WatchedStore();
        Database[] replicas = await TwoAsync();
        await using Database left = replicas[0];
        await using Database right = replicas[1];
        await left.PutAsync(Document.Parse("""{"_id":"colour","is":"left"}"""));
        await left.SyncAsync(remote);
        await right.SyncAsync(remote);
        ImmutableArray<Cid> since = left.Heads;
        await left.PutAsync(Document.Parse("""{"_id":"colour","is":"lefter"}"""));
        await right.PutAsync(Document.Parse("""{"_id":"colour","is":"right"}"""));
        await right.SyncAsync(remote);
        await left.SyncAsync(remote);
        ImmutableArray<Cid> until = left.Heads;
        Assert.Equal(2, until.Length);
        string? standing = (await left.GetAsync("colour"))?.ToJson();
        Assert.Equal(standing, Assert.Single((await left.ChangesAsync(since, until)).Changes).Document?.ToJson());
        await left.PutAsync(Document.Parse("""{"_id":"colour","is":"newest"}"""));
        await left.CompactAsync();
        DocumentChange change = Assert.Single((await left.ChangesAsync(since, until)).Changes);
        Assert.Contains(change.Document?.ToJson(), new[] { standing, """{"_id":"colour","is":"newest"}""" });
        Assert.Contains(change.Event, until);
    }

    // In one of the two orders of the heads a walk meets the old document before the new one that follows it.
    [Fact]
    public async Task A_document_that_another_branch_replaced_is_not_listed_as_a_change_in_its_old_form()
    {
        var met = new HashSet<bool>();
        for (int seed = 0; met.Count < 2; seed++)
        {
            Assert.InRange(seed, 0, 64);
            var remote = new WatchedStore();
            Database[] replicas = await TwoAsync();
            await using Database left = replicas[0];
            await using Database right = replicas[1];
            await left.PutAsync(Document.Parse("""{"_id":"colour","is":"old"}"""));
            await left.SyncAsync(remote);
            await right.SyncAsync(remote);
            Cid other = (await left.PutAsync(Document.Parse($$"""{"_id":"other","n":{{seed}}}"""))).Heads[0];
            Cid newer = (await right.PutAsync(Document.Parse("""{"_id":"colour","is":"new"}"""))).Heads[0];
            await right.SyncAsync(remote);
            await left.SyncAsync(remote);
            Assert.Equal(2, left.Heads.Length);
            met.Add(left.Heads[0] == other);
            DocumentChange colour = Assert.Single((await left.ChangesAsync([])).Changes, static change => change.Id == "colour");
            Assert.Equal(("""{"_id":"colour","is":"new"}""", newer), (colour.Document?.ToJson(), colour.Event));
            Assert.Equal("other", Assert.Single((await left.ChangesAsync([newer])).Changes).Id);
        }
    }

    private static async Task<Database[]> TwoAsync()
    {
        var keys = new MemoryKeyBag();
        return [await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, CompactionMode.Manual), await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, CompactionMode.Manual)];
    }
}
