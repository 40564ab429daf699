using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using FsCheck;
using FsCheck.Xunit;
using Xunit;
using Document = FireproofBench.Engine.Documents.Document;

namespace FireproofBench.Properties.Databases;

/// <summary>Reads of the present and of the past against a model; subscriptions; writes side by side.</summary>
public sealed class ReadingTests
{
    [Property(MaxTest = 60)]
    public async Task Ranges_of_ids_give_what_a_sorted_list_gives(DoNotSize<int> seed)
    {
        var dice = new SeededDice((ulong)seed.Item);
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore());
        SortedDictionary<string, string?> model = DatabaseView.NewModel();
        for (int i = 0; i < 25; i++)
        {
            HistoryStep step = HistoryStep.Create(dice, i);
            step.Apply(model);
            await step.TakeAsync(database);
        }

        for (int i = 0; i < 20; i++)
        {
            string? Bound()
            {
                string id = dice.Pick(HistoryStep.Ids);
                return dice.Chance(50) ? null : id[..(1 + dice.Next(Math.Min(7, id.Length)))];
            }

            var range = new KeyRange { Prefix = Bound() ?? "", From = Bound(), After = Bound(), To = Bound() };
            string[] expected =
            [
                .. model.Where(item => item.Value is not null && item.Key.StartsWith(range.Prefix, StringComparison.Ordinal)
                    && (range.From is null || string.CompareOrdinal(item.Key, range.From) >= 0)
                    && (range.After is null || string.CompareOrdinal(item.Key, range.After) > 0)
                    && (range.To is null || string.CompareOrdinal(item.Key, range.To) <= 0)).Select(static item => item.Value!),
            ];
            Assert.Equal(expected, await database.AllAsync(range).Select(static document => document.ToJson()).ToArrayAsync());
        }
    }

    [Property(MaxTest = 40)]
    public async Task Every_past_clock_can_be_opened_asked_for_changes_and_gone_back_to(DoNotSize<int> seed)
    {
        var dice = new SeededDice((ulong)seed.Item);
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore(), compaction: CompactionMode.Manual);
        SortedDictionary<string, string?> model = DatabaseView.NewModel();
        var past = new List<(ImmutableArray<Cid> Heads, (string Id, string? Json)[] Rows)> { ([], []) };
        var events = new List<(Cid Event, ImmutableArray<string> Ids)>();
        for (int i = 0, steps = 3 + dice.Next(20); i < steps; i++)
        {
            HistoryStep step = HistoryStep.Create(dice, i);
            step.Apply(model);
            PutResult written = await step.TakeAsync(database);
            if (written.Heads.SequenceEqual(past[^1].Heads))
                continue;
            past.Add((written.Heads, [.. model.Select(static item => (item.Key, item.Value))]));
            events.Add((Assert.Single(written.Heads), written.Ids));
        }

        for (int i = 0; i < past.Count; i++)
        {
            DatabaseSnapshot snapshot = await database.SnapshotAsync(past[i].Heads);
            Assert.Equal(past[i].Rows, await snapshot.RowsAsync().Select(static row => (row.Id, row.Document?.ToJson())).ToArrayAsync());
            Assert.Equal(past[i].Rows.FirstOrDefault().Json, past[i].Rows.Length > 0 ? (await snapshot.GetAsync(past[i].Rows[0].Id))?.ToJson() : null);

            // Exactly the ids of the events since, each with the newest event that wrote it.
            var expected = new Dictionary<string, Cid>();
            foreach ((Cid written, ImmutableArray<string> ids) in events.Skip(i))
            {
                foreach (string id in ids)
                    expected[id] = written;
            }

            Assert.Equal(
                expected.Select(static item => (item.Key, item.Value)).Order(),
                (await DatabaseView.ChangesAsync(database, past[i].Heads)).Select(static change => (change.Id, change.Event)).Order());
        }

        int back = dice.Next(past.Count);
        PutResult result = await database.RollbackAsync(past[back].Heads);
        Assert.Equal(
            past[back].Rows.Where(static row => row.Json is not null),
            (await DatabaseView.RowsAsync(database)).Where(static row => row.Json is not null));
        if (result.Ids.Length > 0)
            Assert.Equal(result.Ids.Order(StringComparer.Ordinal), (await DatabaseView.ChangesAsync(database, past[^1].Heads)).Select(static change => change.Id).Order(StringComparer.Ordinal));
        Assert.Empty((await database.RollbackAsync(past[back].Heads)).Ids);
    }

    [Fact]
    public async Task A_rollback_beside_writes_gives_exactly_the_past_state()
    {
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore(), compaction: CompactionMode.Manual);
        for (int i = 0; i < 30; i++)
            await database.PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"doc-{{i:d2}}","n":0}""")));
        ImmutableArray<Cid> past = database.Heads;
        (string Id, string? Json)[] rows = [.. await DatabaseView.RowsAsync(database)];
        Task<PutResult[]> writing = Task.WhenAll(Enumerable.Range(0, 30).Select(async i =>
        {
            await Task.Yield();
            return await database.PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"doc-{{i:d2}}","n":1}""")));
        }));
        for (int i = 0; i < 10; i++)
        {
            PutResult rolledBack = await database.RollbackAsync(past);
            DatabaseSnapshot after = await database.SnapshotAsync(rolledBack.Heads);
            Assert.Equal(rows, await after.RowsAsync().Select(static row => (row.Id, row.Document?.ToJson())).ToArrayAsync());
            await Task.Yield();
        }

        await writing;
    }

    [Fact]
    public async Task Opening_reads_one_file_and_older_ones_only_for_what_is_in_them()
    {
        var store = new WatchedStore();
        await using (Database database = await OpenDatabase.OnStoreAsync(store, compaction: CompactionMode.Manual))
        {
            for (int i = 0; i < 40; i++)
                await database.PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{(char)('a' + (i % 26))}}-{{i:d2}}"}""")));
        }

        int read = 0;
        store.Before = (verb, _) =>
        {
            read += verb == "get" ? 1 : 0;
            return ValueTask.CompletedTask;
        };
        await using Database again = await OpenDatabase.OnStoreAsync(store, compaction: CompactionMode.Manual);
        Assert.Equal(1, read);
        Assert.NotNull(await again.GetAsync("n-39"));
        Assert.Equal(1, read);
        Assert.NotNull(await again.GetAsync("a-00"));
        Assert.InRange(read, 2, 41);
        int all = read;
        Assert.NotNull(await again.GetAsync("a-00"));
        Assert.Equal(all, read);
    }

    [Fact]
    public async Task A_get_after_a_bulk_does_not_decode_the_bulk_again()
    {
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore(), compaction: CompactionMode.Manual);
        await database.PutManyAsync([.. Enumerable.Range(0, 10_000).Select(static i => Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"doc-{{i:d5}}"}""")))]);
        await database.GetAsync("doc-00000");
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            ValueTask<Document?> get = database.GetAsync(string.Create(CultureInfo.InvariantCulture, $"doc-{i * 97:d5}"));
            Assert.True(get.IsCompletedSuccessfully);
            Assert.NotNull(await get);
        }

        // The event of 10,000 operations takes hundreds of kilobytes each time that it is decoded; a hundred gets take less than one decoding.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000);
    }

    [Fact]
    public async Task A_subscriber_is_told_once_of_each_change_whatever_another_one_throws_and_no_more_after_its_end()
    {
        using var folder = new TemporaryFolder();
        await using Database database = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"));
        await using Database other = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"), seed: 2);
        var told = new List<DatabaseChange>();
        using IDisposable faulty = database.Subscribe(static _ => throw new InvalidOperationException("the test wants it so"));
        IDisposable subscription = database.Subscribe(told.Add);

        PutResult put = await database.PutAsync(Document.Parse("""{"_id":"a"}"""));
        Assert.Equal(put.Heads, Assert.Single(told).Heads);
        Assert.Equal(["a"], told[0].Ids);
        await database.PutManyAsync([Document.Parse("""{"_id":"b"}"""), Document.Parse("""{"_id":"c"}"""), Document.Parse("""{"_id":"b","n":1}""")]);
        Assert.Equal(["b", "c"], told[1].Ids);
        await database.DeleteAsync("a");
        Assert.Equal(3, told.Count);

        PutResult elsewhere = await other.PutAsync(Document.Parse("""{"_id":"d"}"""));
        Assert.Equal(3, told.Count);
        Assert.True(await database.RefreshAsync());
        Assert.Equal(elsewhere.Heads, told[3].Heads);
        Assert.False(await database.RefreshAsync());
        await database.CompactAsync();
        Assert.Equal(4, told.Count);

        subscription.Dispose();
        subscription.Dispose();
        await database.PutAsync(Document.Parse("""{"_id":"e"}"""));
        Assert.Equal(4, told.Count);
    }

    [Fact]
    public async Task Puts_side_by_side_are_joined_into_few_commits_and_closing_waits_for_all_of_them()
    {
        var store = new WatchedStore();
        var gate = new TaskCompletionSource();
        Database database = await OpenDatabase.OnStoreAsync(store);
        await database.PutAsync(Document.Parse("""{"_id":"first"}"""));
        int publications = 0;
        store.Before = async (verb, _) =>
        {
            await gate.Task;
            publications += verb == "publish" ? 1 : 0;
        };
        Task<PutResult>[] puts = [.. Enumerable.Range(0, 300).Select(i => database.PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{i:d3}}"}"""))).AsTask())];
        Task closing = database.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await database.PutAsync(Document.Parse("""{"_id":"late"}""")));
        Assert.False(closing.IsCompleted);
        gate.SetResult();
        await Task.WhenAll(puts);
        await closing;

        Assert.Equal(2, publications);
        store.Before = null;
        await using Database again = await OpenDatabase.OnStoreAsync(store);
        Assert.Equal(301, await again.AllAsync().CountAsync());
    }

    [Theory]
    [InlineData("put", 0)]
    [InlineData("put", 1)]
    [InlineData("publish", 0)]
    [InlineData("log", 0)]
    public async Task A_bulk_that_the_store_refuses_leaves_nothing_and_the_next_one_everything(string verb, int after)
    {
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store);
        Document[] documents = [.. Enumerable.Range(0, 40).Select(static i => Document.Parse($$"""{"_id":"doc-{{i:d2}}","text":"{{new string('t', 60_000)}}"}"""))];
        store.Fail(verb, 1, StorageErrorKind.NoSpace, after);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await database.PutManyAsync(documents));
        Assert.Equal(StorageErrorKind.NoSpace, failure.Kind);
        Assert.Empty(database.Heads);
        Assert.Empty(await DatabaseView.RowsAsync(database));
        await using (Database again = await OpenDatabase.OnStoreAsync(store))
            Assert.Empty(await DatabaseView.RowsAsync(again));

        await database.PutManyAsync(documents);
        Assert.Equal(40, await database.AllAsync().CountAsync());
        await using Database last = await OpenDatabase.OnStoreAsync(store);
        Assert.Equal(40, await last.AllAsync().CountAsync());
    }

    [Fact]
    public async Task A_refresh_that_failed_is_made_good_by_the_next_one()
    {
        var store = new WatchedStore();
        await using Database reader = await OpenDatabase.OnStoreAsync(store);
        await using Database writer = await OpenDatabase.OnStoreAsync(store);
        await writer.PutAsync(Document.Parse("""{"_id":"a"}"""));
        store.Fail("get", 1, StorageErrorKind.Transient);
        await Assert.ThrowsAsync<StorageException>(async () => await reader.RefreshAsync());
        Assert.True(await reader.RefreshAsync());
        Assert.NotNull(await reader.GetAsync("a"));
        Assert.Equal(writer.Heads, reader.Heads);
    }

    [Fact]
    public async Task An_instance_that_never_looked_again_reads_on_after_another_process_compacted_twice()
    {
        var keys = new MemoryKeyBag();
        var store = new WatchedStore();
        await using Database writer = await OpenDatabase.OnStoreAsync(store, keys, CompactionMode.Manual);
        for (int i = 0; i < 30; i++)
            await writer.PutAsync(Document.Parse($$"""{"_id":"doc-{{i:d2}}","n":{{i}}}"""));

        // Nothing of what it reads stays in memory.
        await using Database idle = await OpenDatabase.OnStoreAsync(store, keys, CompactionMode.Manual, cacheLength: 0);
        await using Database other = await OpenDatabase.OnStoreAsync(store, keys, CompactionMode.Manual, cacheLength: 0);
        await using Database third = await OpenDatabase.OnStoreAsync(store, keys, CompactionMode.Manual, cacheLength: 0);
        ImmutableArray<Cid> then = third.Heads;
        await using IAsyncEnumerator<Document> walk = idle.AllAsync().GetAsyncEnumerator();
        for (int i = 0; i < 10; i++)
            Assert.True(await walk.MoveNextAsync());
        for (int compaction = 0; compaction < 3; compaction++)
        {
            await writer.PutAsync(Document.Parse($$"""{"_id":"new-{{compaction}}"}"""));
            await writer.CompactAsync();
        }

        int rest = 0;
        while (await walk.MoveNextAsync())
            Assert.Equal($"doc-{10 + rest++:d2}", walk.Current.Id);
        Assert.Equal(20, rest);
        Assert.Equal(33, (await other.ChangesAsync([])).Changes.Length);
        Assert.Equal(30, (await third.ChangesAsync([], then)).Changes.Length);
        Assert.Equal(33, await idle.AllAsync().CountAsync());
    }

    [Fact]
    public async Task Nor_does_a_remote_store_that_is_away_keep_it_from_what_that_process_left()
    {
        var keys = new MemoryKeyBag();
        await using var store = new WatchedStore();
        await using var remote = new WatchedStore();
        await using Database writer = await OpenDatabase.OnStoreAsync(store, keys, CompactionMode.Manual);
        for (int i = 0; i < 3; i++)
            await writer.PutAsync(Document.Parse($$"""{"_id":"doc-{{i}}"}"""));
        await using Database idle = await OpenDatabase.OnStoreAsync(store, keys, CompactionMode.Manual, seed: 2, cacheLength: 0);
        RemoteLink link = await idle.AttachAsync(new RemoteStore("remote", remote.Data, remote.Metadata), new AttachOptions { PollInterval = TimeSpan.FromHours(1) });
        await link.WhenUpToDateAsync();
        remote.Before = static (verb, key) => throw new StorageException(StorageErrorKind.Transient, verb, key, "no connection");
        for (int i = 0; i < 3; i++)
        {
            await writer.PutAsync(Document.Parse($$"""{"_id":"new-{{i}}"}"""));
            await writer.CompactAsync();
        }

        Assert.NotNull(await idle.GetAsync("doc-0"));
        Assert.Equal(6, await idle.AllAsync().CountAsync());
    }

    [Fact]
    public async Task A_database_that_could_not_be_destroyed_is_closed_all_the_same()
    {
        await using var store = new WatchedStore();
        Database database = await OpenDatabase.OnStoreAsync(store, compaction: CompactionMode.Manual);
        await database.PutAsync(Document.Parse("""{"_id":"a"}"""));
        IAsyncDisposable others = await store.CommitLock.AcquireAsync(CancellationToken.None);
        using var ending = new CancellationTokenSource();
        Task destroyed = database.DestroyAsync(ending.Token).AsTask();
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => destroyed);
        await others.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await database.GetAsync("a"));
        Assert.True(store.IsDisposed);
        await using Database again = await OpenDatabase.OnStoreAsync(store, compaction: CompactionMode.Manual, seed: 2);
        Assert.NotNull(await again.GetAsync("a"));
    }
}
