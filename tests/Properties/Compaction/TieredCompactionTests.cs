using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Reference;
using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Compaction;

/// <summary>Automatic compaction is never seen, whatever the history: only files become fewer.</summary>
public sealed class TieredCompactionTests(ITestOutputHelper output)
{
    private const int MostSteps = 160;

    [Property(MaxTest = 40)]
    public async Task A_database_that_is_merged_by_itself_shows_what_the_model_and_an_unmerged_one_show(DoNotSize<int> seed)
    {
        var dice = new SeededDice((ulong)seed.Item);
        var merged = new WatchedStore();
        var plain = new WatchedStore();
        SortedDictionary<string, string?> model = DatabaseView.NewModel();
        Database ours = await OpenDatabase.OnStoreAsync(merged);
        await using Database other = await OpenDatabase.OnStoreAsync(plain, compaction: CompactionMode.Manual);
        for (int i = 0, steps = 1 + dice.Next(MostSteps); i < steps; i++)
        {
            HistoryStep step = HistoryStep.Create(dice, i);
            step.Apply(model);
            Assert.Equal((await step.TakeAsync(other)).Heads, (await step.TakeAsync(ours)).Heads);
            Assert.True(ours.Log.Length < 100, $"{ours.Log.Length} groups");
            if (dice.Chance(2))
                await ours.CompactAsync();
            if (!dice.Chance(3))
                continue;
            await ours.DisposeAsync();
            ours = await OpenDatabase.OnStoreAsync(merged);
        }

        Assert.Null(ours.CompactionFailure);
        await DatabaseView.CheckAsync(ours, model);
        await DatabaseView.CheckAsync(other, model);
        Assert.Equal(await DatabaseView.ChangesAsync(other, []), await DatabaseView.ChangesAsync(ours, []));
        await ours.DisposeAsync();

        // And from nothing but the files.
        await using Database again = await OpenDatabase.OnStoreAsync(merged, cacheLength: 64 * 1024);
        await DatabaseView.CheckAsync(again, model);
        Assert.Equal(other.Heads, again.Heads);
        Assert.Equal(await DatabaseView.ChangesAsync(other, []), await DatabaseView.ChangesAsync(again, []));
    }

    [Fact]
    public async Task The_log_stays_short_and_the_bytes_of_a_put_grow_with_the_logarithm()
    {
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store);
        var written = new Dictionary<int, double>();
        int longest = 0;
        long before = 0;
        for (int i = 1; i <= 4000; i++)
        {
            await database.PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"doc-{{(uint)i * 2654435761U:x8}}","n":{{i}},"text":"{{new string('t', 100)}}"}""")));
            longest = Math.Max(longest, database.Log.Length);
            if (i % 500 != 0)
                continue;
            written[i] = store.BytesPut / (double)i;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i} puts: {written[i]:f0} bytes a put, the newest 500 {(store.BytesPut - before) / 500.0:f0}; {database.Log.Length} groups"));
            before = store.BytesPut;
        }

        Assert.Null(database.CompactionFailure);
        Assert.True(longest < 100, $"{longest} groups");
        Assert.InRange(written[4000] / written[500], 0.5, 1.8);
        Assert.Equal(4000, await database.AllAsync().CountAsync());
    }

    [Fact]
    public async Task Merges_beside_many_writers_lose_nothing()
    {
        var store = new WatchedStore { Before = static async (_, _) => await Task.Yield() };
        await using Database database = await OpenDatabase.OnStoreAsync(store);
        using var done = new CancellationTokenSource();
        Task compacting = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await database.CompactAsync();
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                // Large enough that merges are made beside the writes.
                string id = string.Create(CultureInfo.InvariantCulture, $"{writer}-{i:d3}");
                await database.PutAsync(Document.Parse($$"""{"_id":"{{id}}","text":"{{new string('t', 12_000)}}"}"""));
                Assert.NotNull(await database.GetAsync(id));
            }
        })));
        await done.CancelAsync();
        await compacting;

        Assert.Null(database.CompactionFailure);
        Assert.Equal(400, await database.AllAsync().CountAsync());
        Assert.Equal(400, (await database.ChangesAsync([])).Changes.Length);
        await using Database again = await OpenDatabase.OnStoreAsync(store);
        Assert.Equal(400, await again.AllAsync().CountAsync());
        Assert.Equal(database.Heads, again.Heads);
    }

    [Fact]
    public async Task A_merge_whose_groups_were_merged_while_it_waited_for_its_turn_is_no_failure()
    {
        var turn = new AsyncLocal<int>();
        TaskCompletionSource[] reached = [.. Enumerable.Range(0, 4).Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        TaskCompletionSource[] released = [.. Enumerable.Range(0, 4).Select(static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        var store = new WatchedStore
        {
            Before = async (verb, _) =>
            {
                if (verb != "put" || turn.Value == 0)
                    return;
                reached[turn.Value].TrySetResult();
                await released[turn.Value].Task;
            },
        };
        await using Database database = await OpenDatabase.OnStoreAsync(store, cacheLength: 0);
        await database.PutAsync(Numbered(0, 0));
        await database.PutAsync(Numbered(1, 0));

        // Three compactions one behind the other, and behind them the merge that the writes make necessary.
        Task[] compactions = [.. Enumerable.Range(1, 3).Select(number =>
        {
            turn.Value = number;
            return database.CompactAsync().AsTask();
        })];
        turn.Value = 0;
        await reached[1].Task;
        for (int version = 0; version < 2; version++)
        {
            for (int i = 0; i < 20; i++)
                await database.PutAsync(Document.Parse($$"""{"_id":"large-{{i}}","n":{{version}},"text":"{{new string('t', 40_000)}}"}"""));
        }

        released[1].SetResult();
        await reached[2].Task;
        await database.PutAsync(Numbered(2, 0));
        released[2].SetResult();
        released[3].SetResult();
        await Task.WhenAll(compactions);
        await database.DisposeAsync();
        Assert.Null(database.CompactionFailure);
        await using Database again = await OpenDatabase.OnStoreAsync(store);
        Assert.Equal(23, await again.AllAsync().CountAsync());
    }

    [Fact]
    public async Task A_compaction_that_is_asked_for_beside_a_small_merge_begins_with_what_that_leaves()
    {
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store);
        for (int i = 0; i < 6; i++)
            await database.PutAsync(Numbered(i, i));
        Assert.Equal(7, database.Log.Length);
        int written = 0;
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Before = async (verb, _) =>
        {
            // The first is the put's own, the second what it merged.
            if (verb == "put" && ++written == 2)
            {
                reached.SetResult();
                await gate.Task;
            }
        };
        await database.PutAsync(Numbered(6, 6));
        await reached.Task;
        Task compacting = database.CompactAsync().AsTask();
        gate.SetResult();
        await compacting;
        Assert.Equal(2, written);
        Assert.Single(database.Log);
        Assert.Null(database.CompactionFailure);
        Assert.Equal(7, await database.AllAsync().CountAsync());
    }

    [Fact]
    public async Task A_walk_over_all_documents_outlives_the_compactions_that_come_meanwhile()
    {
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store, cacheLength: 0);
        for (int i = 0; i < 30; i++)
            await database.PutAsync(Numbered(i, 0));

        int seen = 0;
        await foreach (Document document in database.AllAsync())
        {
            Assert.EndsWith("\"n\":0}", document.ToJson(), StringComparison.Ordinal);
            seen++;
            for (int i = 0; i < 30; i++)
                await database.PutAsync(Numbered(i, seen));
            await database.CompactAsync();
        }

        Assert.Equal(30, seen);

        // What the walk needed goes with the next compaction after it.
        int files = (await store.KeysAsync()).Count;
        for (int i = 0; i < 2; i++)
        {
            await database.PutAsync(Numbered(0, -i));
            await database.CompactAsync();
        }

        Assert.True(files > 30, $"{files} files");
        Assert.InRange((await store.KeysAsync()).Count, 1, 6);
    }

    [Fact]
    public async Task Files_are_deleted_one_compaction_later()
    {
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store, compaction: CompactionMode.Manual);
        for (int i = 0; i < 5; i++)
            await database.PutAsync(Numbered(i, i));
        IReadOnlyList<string> first = await store.KeysAsync();
        await database.CompactAsync();
        Assert.Subset((await store.KeysAsync()).ToHashSet(), first.ToHashSet());
        await database.PutAsync(Numbered(9, 9));
        await database.CompactAsync();
        Assert.Empty((await store.KeysAsync()).Intersect(first));
        Assert.Equal(6, await database.AllAsync().CountAsync());
    }

    [Theory]
    [InlineData("put")]
    [InlineData("publish")]
    [InlineData("delete")]
    [InlineData("get")]
    public async Task A_fault_of_the_store_in_a_merge_leaves_the_database_whole_and_later_merges_go_on(string verb)
    {
        var store = new WatchedStore();
        SortedDictionary<string, string?> model = DatabaseView.NewModel();
        await using Database database = await OpenDatabase.OnStoreAsync(store, cacheLength: 0);
        int failures = 0;
        for (int i = 0; i < 120; i++)
        {
            // The first call of a kind is the put's, the next ones are the merge's that may follow it. A put that is refused shows nothing, and is made
            // again.
            store.Fail(verb, i % 3, StorageErrorKind.Transient, after: verb == "delete" ? 0 : i % 4);
            string id = string.Create(CultureInfo.InvariantCulture, $"doc-{i % 40:d2}");
            Document document = Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"n":{{i}},"_id":"{{id}}"}"""));
            while (true)
            {
                ImmutableArray<Cid> heads = database.Heads;
                try
                {
                    await database.PutAsync(document);
                    break;
                }
                catch (StorageException failure) when (failure.Kind == StorageErrorKind.Transient)
                {
                    Assert.Equal(heads, database.Heads);
                }
            }

            store.Before = null;
            failures += database.CompactionFailure is null ? 0 : 1;
            model[id] = document.ToJson();
        }

        Assert.True(failures > 0 || verb == "get", "no merge was hit");
        store.Before = null;
        for (int i = 0; i < 16; i++)
            await database.DeleteAsync("none");
        model["none"] = null;
        Assert.Null(database.CompactionFailure);
        Assert.True(database.Log.Length < 40, $"{database.Log.Length} groups: merges are stuck");
        await DatabaseView.CheckAsync(database, model);
        await database.CompactAsync();
        await using Database again = await OpenDatabase.OnStoreAsync(store);
        await DatabaseView.CheckAsync(again, model);
    }

    private static Document Numbered(int id, int number) =>
        Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"doc-{{id:d2}}","n":{{number}}}"""));
}
