using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using Xunit;

namespace FireproofBench.Properties.Compaction;

/// <summary>A device that fetches on demand merges what is here. What is only at a remote store has a size that nobody knows, and is not fetched to be merged, unless the log would be too long.</summary>
public sealed class FarFilesTests : IAsyncDisposable
{
    private readonly MemoryKeyBag _keys = new();
    private readonly WatchedStore _remote = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact]
    public async Task Small_commits_are_merged_and_nothing_is_fetched_for_it()
    {
        await FillAsync(24);
        await using Database device = await OpenAsync(new WatchedStore());
        await AttachAsync(device);
        await device.PutAsync(Numbered("own", 0), Token);
        int fetched = 0;
        _remote.Before = (verb, _) =>
        {
            fetched += verb == "get" ? 1 : 0;
            return ValueTask.CompletedTask;
        };
        for (int i = 1; i < 60; i++)
            await device.PutAsync(Numbered("own", i), Token);
        Assert.InRange(fetched, 0, 2);
        Assert.InRange(device.Compactions, 4, 60);
        Assert.InRange(device.Log.Length, 24, 50);
        Assert.Null(device.CompactionFailure);
    }

    [Fact]
    public async Task Without_a_connection_they_are_merged_as_well()
    {
        await FillAsync(24);
        await using WatchedStore store = new();
        await using Database device = await ApartAsync(store);
        HashSet<Exception> failures = await WriteAsync(device, 40);
        Assert.Empty(failures);
        Assert.InRange(device.Compactions, 3, 40);
    }

    [Fact]
    public async Task A_log_that_is_too_long_is_merged_whatever_has_to_be_fetched()
    {
        await FillAsync(80);
        await using Database device = await OpenAsync(new WatchedStore());
        await AttachAsync(device);
        for (int i = 0; i < 120; i++)
        {
            await device.PutAsync(Numbered("own", i), Token);
            Assert.InRange(device.Log.Length, 1, 99);
        }

        // The last merge may still be under way, beside the writes.
        for (int i = 0; i < 1000 && device.Log.Length > 63; i++)
            await Task.Delay(TimeSpan.FromMilliseconds(10), Token);
        Assert.InRange(device.Log.Length, 1, 63);
        Assert.Equal(200, await device.AllAsync(cancellation: Token).CountAsync(Token));
    }

    [Fact]
    public async Task A_merge_that_fails_is_not_tried_again_after_every_commit()
    {
        await FillAsync(80);
        await using WatchedStore store = new();
        await using Database device = await ApartAsync(store);

        // One turn after the other: a merge beside the writes has its own before the next write, however busy the machine is.
        HashSet<Exception> failures = await Task.Factory.StartNew(
            () => WriteAsync(device, 60), Token, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();
        Assert.InRange(failures.Count, 1, 14);

        // What was written here since is merged all the same.
        Assert.InRange(device.Compactions, 4, 60);
        Assert.InRange(device.Log.Length, 80, 99);
    }

    private async Task FillAsync(int count)
    {
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual);
        RemoteLink up = await AttachAsync(first);
        for (int i = 0; i < count; i++)
            await first.PutAsync(Numbered("far", i), Token);
        await up.WhenUpToDateAsync(Token);
    }

    // A device that has met the remote store, and wrote once, so that the way to its next documents is here; and is alone since.
    private async Task<Database> ApartAsync(WatchedStore store)
    {
        await using (Database before = await OpenAsync(store))
        {
            await AttachAsync(before);
            await before.PutAsync(Numbered("own", 0), Token);
        }

        return await OpenAsync(store);
    }

    private static async Task<HashSet<Exception>> WriteAsync(Database device, int count)
    {
        HashSet<Exception> failures = [];
        for (int i = 1; i <= count; i++)
        {
            await device.PutAsync(Numbered("own", i), Token);
            await Task.Yield();
            if (device.CompactionFailure is { } failure)
                failures.Add(failure);
        }

        return failures;
    }

    private ValueTask<Database> OpenAsync(WatchedStore store) => OpenDatabase.OnStoreAsync(store, _keys, seed: 2);

    private async Task<RemoteLink> AttachAsync(Database device)
    {
        RemoteLink link = await device.AttachAsync(new RemoteStore("remote", _remote.Data, _remote.Metadata), new AttachOptions { Prefetch = false }, Token);
        await link.WhenUpToDateAsync(Token);
        return link;
    }

    private static Document Numbered(string by, int number) => Document.Parse($$"""{"_id":"{{by}}-{{number:d2}}","n":{{number}}}""");
}
