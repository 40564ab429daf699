using System.Diagnostics;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Storage;

/// <summary>Several writers on one folder at the same time: processes, and databases in one process.</summary>
public sealed class SharedFolderTests
{
    [Theory]
    [InlineData(Durability.Os, 21)]
    [InlineData(Durability.Fsync, 22)]
    public async Task Two_processes_and_this_one_lose_no_commit_while_all_of_them_compact(Durability durability, ulong seed)
    {
        using var folder = new TemporaryFolder();
        WriterOrder[] orders =
        [
            new(folder.At("db"), folder.At("keybag"), durability, seed, "first-", Writes: 80, CompactsInPercent: 10),
            new(folder.At("db"), folder.At("keybag"), durability, seed + 100, "second-", Writes: 80, CompactsInPercent: 0),
        ];
        Task<List<string>>[] writers = [.. orders.Select(FollowAsync)];
        await using Database own = await WriterProgram.OpenAsync(orders[0]);
        for (int i = 0; i < 60; i++)
            Assert.Single((await own.PutAsync(Numbered("third", i))).Heads);

        var writes = new AcknowledgedWrites();
        foreach (string line in (await Task.WhenAll(writers)).SelectMany(static lines => lines))
            writes.Read(line);
        for (int i = 0; i < 60; i++)
        {
            writes.Read(string.Create(CultureInfo.InvariantCulture, $"? {i} third-{i:d3}"));
            writes.Read(string.Create(CultureInfo.InvariantCulture, $"= {i}"));
        }

        Assert.Equal(220, writes.Acknowledged);
        await own.RefreshAsync();
        await writes.CheckAsync(own);
        Assert.Single(own.Heads);
        await using Database again = await WriterProgram.OpenAsync(orders[0]);
        await writes.CheckAsync(again);
        Assert.Equal(own.Heads, again.Heads);
    }

    // The entry of the newest head would else grow with each write, up to a length that nobody reads any more.
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Who_write_by_turns_name_only_what_they_read_last_as_parent(int writers)
    {
        await using var store = new WatchedStore();
        Database[] databases = await Task.WhenAll(Enumerable.Range(1, writers).Select(seed => OpenDatabase.OnStoreAsync(store, compaction: CompactionMode.Manual, seed: (ulong)seed).AsTask()));
        for (int i = 0; i < 20; i++)
        {
            await databases[i % writers].PutAsync(Numbered("turn", i));
            Assert.InRange(Assert.Single((await store.Metadata.ReadAsync(TestContext.Current.CancellationToken)).Entries).Parents.Length, 0, 1);
        }

        foreach (Database database in databases)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task Two_databases_of_one_process_on_one_folder_write_and_compact_while_a_third_reads()
    {
        using var folder = new TemporaryFolder();
        await using Database first = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"), compaction: CompactionMode.Automatic);
        await using Database second = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"), compaction: CompactionMode.Automatic, seed: 2);
        await first.PutAsync(Document.Parse("""{"_id":"fixed","n":1}"""));
        await using Database reader = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"), seed: 3);
        using var done = new CancellationTokenSource();

        Task reading = Task.Run(async () =>
        {
            // Never refreshed: what it knows of is compacted away under it.
            while (!done.IsCancellationRequested)
            {
                Assert.Equal("""{"_id":"fixed","n":1}""", (await reader.GetAsync("fixed"))?.ToJson());
                await Task.Yield();
            }
        });
        Task compacting = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await second.CompactAsync();
        });
        await Task.WhenAll(WriteAsync(first, "first", 120), WriteAsync(second, "second", 120));
        await done.CancelAsync();
        await Task.WhenAll(reading, compacting);

        foreach (Database database in new[] { first, second, reader })
        {
            await database.RefreshAsync();
            Assert.Equal(241, await database.AllAsync().CountAsync());
        }

        Assert.Single(first.Heads);
        Assert.Null(first.CompactionFailure);
        Assert.Null(second.CompactionFailure);
    }

    private static Task WriteAsync(Database database, string prefix, int count) => Task.Run(async () =>
    {
        for (int i = 0; i < count; i++)
            Assert.Single((await database.PutAsync(Numbered(prefix, i))).Heads);
    });

    private static Document Numbered(string prefix, int i) =>
        Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{prefix}}-{{i:d3}}","n":{{i}}}"""));

    private static async Task<List<string>> FollowAsync(WriterOrder order)
    {
        using Process writer = order.Start();
        await writer.StandardInput.WriteLineAsync("1");
        await writer.StandardInput.FlushAsync();
        var lines = new List<string>();
        while (await writer.StandardOutput.ReadLineAsync() is { } line)
            lines.Add(line);
        await writer.WaitForExitAsync();
        Assert.Equal(0, writer.ExitCode);
        return lines;
    }
}
