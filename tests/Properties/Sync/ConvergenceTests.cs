using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Replicas that write apart and synchronise, in any order: in the end all of them show the same.</summary>
public sealed class ConvergenceTests
{
    [Property(MaxTest = 30)]
    public Task Replicas_around_a_shared_store_converge(DoNotSize<int> seed) => PlayAsync((ulong)seed.Item, isShared: true, CompactionMode.Automatic);

    [Property(MaxTest = 30)]
    public Task Replicas_that_meet_in_pairs_converge(DoNotSize<int> seed) => PlayAsync((ulong)seed.Item, isShared: false, CompactionMode.Automatic);

    [Property(MaxTest = 10)]
    public Task Replicas_that_are_never_merged_by_themselves_converge(DoNotSize<int> seed) => PlayAsync((ulong)seed.Item, isShared: true, CompactionMode.Manual);

    [Fact]
    public async Task A_shared_folder_keeps_replicas_together()
    {
        using var folder = new TemporaryFolder();
        var keys = new MemoryKeyBag();
        var replicas = new List<Database>();
        for (int i = 0; i < 3; i++)
            replicas.Add(await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, seed: (ulong)i + 1));
        for (int round = 0; round < 20; round++)
        {
            foreach (Database replica in replicas)
            {
                await replica.PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{replicas.IndexOf(replica)}}-{{round}}"}""")));
                await using var remote = new FolderDeviceStore(folder.At("remote"), "fx", OpenDatabase.Gateway());
                await replica.SyncAsync(remote);
            }
        }

        foreach (Database replica in replicas)
        {
            await using var remote = new FolderDeviceStore(folder.At("remote"), "fx", OpenDatabase.Gateway());
            await replica.SyncAsync(remote);
            Assert.Equal(60, await replica.AllAsync().CountAsync());
            await replica.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Two_open_databases_that_synchronise_with_each_other_at_once_do_not_wait_for_each_other(bool onFolders)
    {
        using var folder = new TemporaryFolder();
        var keys = new MemoryKeyBag();
        WatchedStore[] stores = [Store("a"), Store("b")];
        Database[] databases = [await OpenDatabase.OnStoreAsync(stores[0], keys, seed: 1), await OpenDatabase.OnStoreAsync(stores[1], keys, seed: 2)];
        await databases[0].PutAsync(Numbered("first", 0));
        await databases[1].SyncAsync(stores[0]);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(mine => Task.Run(async () =>
        {
            for (int round = 0; round < 20; round++)
            {
                await databases[mine].PutAsync(Numbered($"by{mine}", round));
                await databases[mine].SyncAsync(stores[1 - mine]);
            }
        })));
        foreach (int mine in (int[])[0, 1, 0])
        {
            await databases[mine].RefreshAsync();
            await databases[mine].SyncAsync(stores[1 - mine]);
        }

        await databases[1].RefreshAsync();
        Assert.Equal(databases[0].Heads, databases[1].Heads);
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(databases[0]);
        Assert.Equal(41, rows.Count);
        Assert.Equal(rows, await DatabaseView.RowsAsync(databases[1]));
        foreach (Database database in databases)
            await database.DisposeAsync();

        WatchedStore Store(string name) => onFolders ? new(new FolderDeviceStore(folder.At(name), "fx", OpenDatabase.Gateway())) : new();
    }

    [Fact]
    public async Task The_logs_stay_short_when_every_write_is_synchronised()
    {
        var keys = new MemoryKeyBag();
        var remote = new WatchedStore();
        Database[] replicas = [await OpenDatabase.OnStoreAsync(new WatchedStore(), keys), await OpenDatabase.OnStoreAsync(new WatchedStore(), keys)];
        for (int i = 0; i < 200; i++)
        {
            Database writer = replicas[i / 5 % 2];
            await writer.PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"doc-{{i:d3}}","n":{{i}}}""")));
            await writer.SyncAsync(remote);
            Assert.True(writer.Log.Length < 100, $"{writer.Log.Length} groups after {i} writes");
        }

        foreach (Database replica in replicas)
        {
            await replica.SyncAsync(remote);
            Assert.True(replica.Log.Length < 60, $"{replica.Log.Length} groups");
            Assert.Equal(200, await replica.AllAsync().CountAsync());
            Assert.Null(replica.CompactionFailure);
        }
    }

    [Fact]
    public async Task Replicas_that_have_nothing_to_tell_each_other_write_nothing()
    {
        var keys = new MemoryKeyBag();
        var remote = new WatchedStore();
        WatchedStore[] stores = [new(), new(), new()];
        var replicas = new List<Database>();
        foreach (WatchedStore store in stores)
            replicas.Add(await OpenDatabase.OnStoreAsync(store, keys));
        foreach (Database replica in replicas)
            await replica.PutAsync(Document.Parse("""{"_id":"same","n":1}"""));
        await replicas[0].PutAsync(Document.Parse("""{"_id":"other","n":1}"""));
        for (int round = 0; round < 2; round++)
        {
            foreach (Database replica in replicas)
                await replica.SyncAsync(remote);
        }

        long before = remote.BytesPut + stores.Sum(static store => store.BytesPut);
        foreach (Database replica in Enumerable.Repeat(replicas, 3).SelectMany(static all => all))
        {
            SyncResult result = await replica.SyncAsync(remote);
            Assert.Equal((0, 0), (result.FilesPulled, result.FilesPushed));
        }

        Assert.Equal(before, remote.BytesPut + stores.Sum(static store => store.BytesPut));
    }

    [Fact]
    public async Task A_replica_that_was_away_across_two_compactions_loses_nothing_and_loses_nobody_elses()
    {
        var keys = new MemoryKeyBag();
        var remote = new WatchedStore();
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, CompactionMode.Manual);
        await using Database away = await OpenDatabase.OnStoreAsync(new WatchedStore(), keys, CompactionMode.Manual);
        for (int i = 0; i < 5; i++)
            await first.PutAsync(Numbered("doc", i));
        await first.SyncAsync(remote);
        await away.SyncAsync(remote);
        for (int i = 0; i < 4; i++)
            await away.PutAsync(Numbered("away", i));
        await away.DeleteAsync("doc-00");
        for (int compaction = 0; compaction < 3; compaction++)
        {
            // The shards of the common ancestor go with the first of them, its files with the second.
            await first.PutAsync(Numbered("first", compaction));
            await first.PutAsync(Document.Parse("""{"_id":"doc-01","n":100}"""));
            await first.CompactAsync();
            await first.SyncAsync(remote);
        }

        await away.CompactAsync();
        await away.SyncAsync(remote);
        await first.SyncAsync(remote);
        Assert.Equal(first.Heads, away.Heads);
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(first);
        Assert.Equal(rows, await DatabaseView.RowsAsync(away));
        Assert.Equal(5 + 4 + 3, rows.Count);
        Assert.Null(rows.Single(static row => row.Id == "doc-00").Json);
        Assert.Contains("100", rows.Single(static row => row.Id == "doc-01").Json, StringComparison.Ordinal);
        await first.CompactAsync();
        await away.CompactAsync();
        Assert.Equal(rows, await DatabaseView.RowsAsync(first));
        Assert.Equal(rows, await DatabaseView.RowsAsync(away));
    }

    [Fact]
    public async Task A_store_of_another_database_is_refused_and_neither_side_changes()
    {
        var keys = new MemoryKeyBag();
        var remote = new WatchedStore();
        await using (Database other = await OpenDatabase.OnStoreAsync(remote, new MemoryKeyBag(), seed: 99))
            await other.PutAsync(Numbered("other", 1));
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store, keys);
        await database.PutAsync(Numbered("own", 1));
        IReadOnlyList<string> before = [.. await store.KeysAsync(), .. await remote.KeysAsync()];

        StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await database.SyncAsync(remote));

        Assert.Equal(StorageErrorKind.NotAuthorized, refusal.Kind);
        Assert.Equal(before, [.. await store.KeysAsync(), .. await remote.KeysAsync()]);
        Assert.Single(await DatabaseView.RowsAsync(database));
        await database.PutAsync(Numbered("own", 2));
    }

    [Fact]
    public async Task A_synchronisation_that_fails_anywhere_is_made_good_by_the_next_one()
    {
        var keys = new MemoryKeyBag();
        var remote = new WatchedStore();
        WatchedStore[] stores = [new(), new()];
        Database[] replicas = [await OpenDatabase.OnStoreAsync(stores[0], keys), await OpenDatabase.OnStoreAsync(stores[1], keys)];
        int failures = 0;
        for (int i = 0; i < 40; i++)
        {
            Database replica = replicas[i % 2];
            await replica.PutAsync(Numbered("doc", i));
            WatchedStore faulty = i % 3 == 0 ? remote : stores[i % 2];
            faulty.Fail((i % 5) switch { 0 => "publish", 1 => "get", _ => "put" }, 1 + (i % 2), StorageErrorKind.Transient);
            try
            {
                await replica.SyncAsync(remote);
            }
            catch (StorageException failure) when (failure.Kind == StorageErrorKind.Transient)
            {
                failures++;
            }

            faulty.Before = null;
        }

        foreach (Database replica in new[] { replicas[0], replicas[1], replicas[0] })
            await replica.SyncAsync(remote);
        Assert.True(failures > 10, $"only {failures} failures");
        Assert.Equal(40, await replicas[0].AllAsync().CountAsync());
        Assert.Equal(await DatabaseView.RowsAsync(replicas[0]), await DatabaseView.RowsAsync(replicas[1]));
        Assert.Equal(replicas[0].Heads, replicas[1].Heads);
    }

    private static async Task PlayAsync(ulong seed, bool isShared, CompactionMode compaction)
    {
        var dice = new SeededDice(seed);
        var keys = new MemoryKeyBag();
        var remote = new WatchedStore();
        int count = 2 + dice.Next(4);
        var stores = new List<WatchedStore>();
        var replicas = new List<Database>();
        for (int i = 0; i < count; i++)
        {
            stores.Add(new WatchedStore());
            replicas.Add(await OpenDatabase.OnStoreAsync(stores[i], keys, compaction, seed: seed + (ulong)i));
        }

        async Task SyncAsync(int one)
        {
            int other = (one + 1 + dice.Next(count - 1)) % count;
            await replicas[one].SyncAsync(isShared ? remote : stores[other]);
        }

        for (int i = 0, steps = 10 + dice.Next(120); i < steps; i++)
        {
            int one = dice.Next(count);
            switch (dice.Next(20))
            {
                case < 14:
                    await HistoryStep.Create(dice, i).TakeAsync(replicas[one]);
                    break;
                case < 18:
                    await SyncAsync(one);
                    break;
                case 18:
                    await replicas[one].CompactAsync();
                    break;
                default:
                    await replicas[one].DisposeAsync();
                    replicas[one] = await OpenDatabase.OnStoreAsync(stores[one], keys, compaction, seed: seed + (ulong)(i * 10));
                    break;
            }
        }

        // A last document of each: whatever the resolution decides elsewhere, nobody wrote those but one.
        for (int i = 0; i < count; i++)
            await replicas[i].PutAsync(Numbered("own", i));

        // Enough meetings that everybody heard of everything.
        for (int round = 0; round <= count; round++)
        {
            for (int i = 0; i < count; i++)
                await replicas[i].SyncAsync(isShared ? remote : stores[(i + 1) % count]);
        }

        for (int i = 0; i < count; i++)
            await replicas[i].RefreshAsync();
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(replicas[0]);
        Assert.Equal(count, rows.Count(static row => row.Id.StartsWith("own-", StringComparison.Ordinal)));
        for (int i = 0; i < count; i++)
        {
            Database replica = replicas[i];
            Assert.Equal(replicas[0].Heads, replica.Heads);
            Assert.Equal(rows, await DatabaseView.RowsAsync(replica));
            Assert.Equal(await DatabaseView.ChangesAsync(replicas[0], []), await DatabaseView.ChangesAsync(replica, []));
            Assert.Null(replica.CompactionFailure);
            await replica.CompactAsync();
            Assert.Equal(rows, await DatabaseView.RowsAsync(replica));
        }

        // And one more write after all of it joins the branches.
        await replicas[0].PutAsync(Numbered("joined", 1));
        Assert.Single(replicas[0].Heads);
        foreach (Database replica in replicas)
            await replica.DisposeAsync();
        for (int i = 0; i < count; i++)
        {
            await using Database again = await OpenDatabase.OnStoreAsync(stores[i], keys, cacheLength: 64 * 1024);
            Assert.Equal(rows, (await DatabaseView.RowsAsync(again)).Where(static row => row.Id != "joined-01"));
        }
    }

    private static Document Numbered(string prefix, int i) =>
        Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{prefix}}-{{i:d2}}","n":{{i}}}"""));
}
