using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Files of the log that a remote does not have, or has damaged, when they are looked for: named, no hindrance to the rest, and used when they come.</summary>
public sealed class LateFileTests : IAsyncDisposable
{
    private const int Late = 2;

    private readonly MemoryKeyBag _keys = new();
    private readonly WatchedStore _remote = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task Files_that_an_outage_kept_back_are_fetched_after_a_pause_and_not_at_the_next_check_an_hour_later()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 1);
        (string key, _) = await FillAsync(first);
        await using RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(cancellation);
        int failed = 0;
        _remote.Before = (verb, asked) => verb == "get" && asked == key && Interlocked.Increment(ref failed) <= 3
            ? ValueTask.FromException(new StorageException(StorageErrorKind.Transient, "get", key, "the test wants it so"))
            : ValueTask.CompletedTask;

        var store = new WatchedStore();
        await using Database second = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual, seed: 2);
        await using RemoteLink down = await AttachAsync(second, TimeSpan.FromHours(1));
        await down.WhenUpToDateAsync(cancellation);
        Assert.True(failed > 3);
        Assert.Contains(key, await store.KeysAsync());
        Assert.Null(down.Status.LastError);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_not_to_be_had_is_named_and_the_rest_goes_on_until_it_comes(bool isDamaged)
    {
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 1);
        (string key, ReadOnlyMemory<byte> file) = await FillAsync(first);
        await using RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(Token);
        await TakeAwayAsync(key, file, isDamaged);

        await using Database second = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 2);
        await using RemoteLink down = await AttachAsync(second);
        await down.WhenUpToDateAsync(Token);
        StorageException named = Assert.IsType<StorageException>(down.Status.LastError);
        Assert.Equal((StorageErrorKind.Corrupt, key), (named.Kind, named.Key));
        Assert.Equal(SyncActivity.UpToDate, down.Status.Activity);
        for (int i = 0; i < 5; i++)
        {
            if (i != Late)
            {
                Assert.NotNull(await second.GetAsync($"doc-{i:d2}", Token));
                continue;
            }

            Exception failure = (await Record.ExceptionAsync(async () => await second.GetAsync($"doc-{i:d2}", Token)))!;
            Assert.True(failure is MissingBlockException or StorageException { Kind: StorageErrorKind.Corrupt }, failure.ToString());
            Assert.Contains(key, failure.Message, StringComparison.Ordinal);
        }

        await second.PutAsync(Numbered(9), Token);
        await down.WhenUpToDateAsync(Token);
        await up.WhenUpToDateAsync(Token);
        Assert.NotNull(await first.GetAsync("doc-09", Token));
        await first.PutAsync(Numbered(8), Token);
        await up.WhenUpToDateAsync(Token);
        await down.WhenUpToDateAsync(Token);
        Assert.NotNull(await second.GetAsync("doc-08", Token));

        await _remote.Data.PutAsync(key, file, PutCondition.None, Token);
        while (down.Status.LastError is not null)
            await down.WhenUpToDateAsync(Token);
        Assert.NotNull(await second.GetAsync($"doc-{Late:d2}", Token));
        Assert.Equal(await DatabaseView.RowsAsync(first), await DatabaseView.RowsAsync(second));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_head_whose_older_file_comes_late_is_taken_in_then(bool isDamaged)
    {
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 1);
        await using Database second = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 2);
        (string key, ReadOnlyMemory<byte> file) = await FillAsync(first);
        await using RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(Token);
        await TakeAwayAsync(key, file, isDamaged);

        // Its own write stands beside the head: what lies between them has to be read.
        await second.PutAsync(Numbered(9), Token);
        await using RemoteLink down = await AttachAsync(second);
        await down.WhenUpToDateAsync(Token);
        Assert.Contains(key, Assert.Single(down.Status.Unreadable).Reason.Message, StringComparison.Ordinal);
        Assert.Single(await DatabaseView.RowsAsync(second));

        await _remote.Data.PutAsync(key, file, PutCondition.None, Token);
        await down.WhenUpToDateAsync(Token);

        // What came damaged again and again is left alone for up to 800 ms.
        for (int i = 0; i < 100 && down.Status.Unreadable.Length > 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Token);
            await down.WhenUpToDateAsync(Token);
        }

        Assert.Empty(down.Status.Unreadable);
        Assert.Equal(6, (await DatabaseView.RowsAsync(second)).Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_head_that_a_late_remote_shows_before_its_file_is_waited_for(bool isOlder)
    {
        _remote.IsLate = true;
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 1);
        await using Database second = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 2);
        (string older, _) = await FillAsync(first);
        await using RemoteLink up = await AttachAsync(first);
        await up.WhenUpToDateAsync(Token);
        string key = isOlder ? older : DataFiles.KeyOfCar(first.Log[0].First);
        ReadOnlyMemory<byte> file = (await _remote.Data.GetAsync(key, null, Token))!.Bytes;
        await TakeAwayAsync(key, file, isDamaged: false);
        await second.PutAsync(Numbered(9), Token);

        // Polls are an hour apart: it comes because it is waited for.
        await using RemoteLink down = await AttachAsync(second, TimeSpan.FromHours(1));
        Task isDown = down.WhenUpToDateAsync(Token).AsTask();
        while (down.Status.Unreadable.IsEmpty || down.Status.LastError is null)
            await Task.Delay(5, Token);
        Assert.Contains(key, Assert.Single(down.Status.Unreadable).Reason.Message, StringComparison.Ordinal);
        Assert.False(isDown.IsCompleted);
        await _remote.Data.PutAsync(key, file, PutCondition.None, Token);
        await isDown;
        Assert.Empty(down.Status.Unreadable);
        Assert.Equal(6, (await DatabaseView.RowsAsync(second)).Count);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_device_at_rest_that_fetches_on_demand_asks_again_for_what_it_did_not_get(bool isDamaged, bool isPassedOver)
    {
        await using Database first = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 1);
        (string key, ReadOnlyMemory<byte> file) = await FillAsync(first);
        await using Database second = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 2);
        await using RemoteLink down = await second.AttachAsync(new RemoteStore("remote", _remote.Data, _remote.Metadata), new AttachOptions { Prefetch = false }, Token);
        await down.WhenUpToDateAsync(Token);
        await TakeAwayAsync(key, file, isDamaged);
        for (int i = 0; i < 2 && !isPassedOver; i++)
        {
            Exception failure = (await Record.ExceptionAsync(async () => await second.GetAsync($"doc-{Late:d2}", Token)))!;
            Assert.True(failure is MissingBlockException or StorageException { Kind: StorageErrorKind.Corrupt }, failure.ToString());
        }

        // It lies between the newest files and this document's.
        Assert.NotNull(await second.GetAsync("doc-00", Token));
        await _remote.Data.PutAsync(key, file, PutCondition.None, Token);
        Assert.NotNull(await second.GetAsync($"doc-{Late:d2}", Token));
    }

    [Theory]
    [InlineData(false, StorageErrorKind.Corrupt)]
    [InlineData(true, StorageErrorKind.Transient)]
    public async Task A_head_whose_file_is_not_there_is_a_lasting_failure_and_a_passing_one_where_the_store_may_show_it_late(bool isLate, StorageErrorKind kind)
    {
        _remote.IsLate = isLate;
        await using Database writer = await OpenDatabase.OnStoreAsync(_remote, _keys, CompactionMode.Manual, seed: 1);
        await writer.PutAsync(Numbered(0), Token);
        await using Database reader = await OpenDatabase.OnStoreAsync(_remote, _keys, CompactionMode.Manual, seed: 2);
        await writer.PutAsync(Numbered(1), Token);
        string key = DataFiles.KeyOfCar(writer.Log[0].First);
        ReadOnlyMemory<byte> file = (await _remote.Data.GetAsync(key, null, Token))!.Bytes;
        await _remote.Data.DeleteAsync(key, null, Token);
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await reader.RefreshAsync(Token));
        Assert.Equal((kind, key), (failure.Kind, failure.Key));
        await _remote.Data.PutAsync(key, file, PutCondition.None, Token);
        await reader.RefreshAsync(Token);
        Assert.NotNull(await reader.GetAsync("doc-01", Token));
    }

    [Fact]
    public async Task A_file_that_was_read_before_and_is_not_shown_for_a_while_is_read_again_when_it_is()
    {
        _remote.IsLate = true;
        await using Database writer = await OpenDatabase.OnStoreAsync(_remote, _keys, CompactionMode.Manual, seed: 1);
        for (int i = 0; i < 3; i++)
            await writer.PutAsync(Numbered(i), Token);
        string key = DataFiles.KeyOfCar(writer.Log[1].First);
        await using Database reader = await OpenDatabase.OnStoreAsync(_remote, _keys, CompactionMode.Manual, seed: 2, cacheLength: 0);
        for (int i = 0; i < 3; i++)
            Assert.NotNull(await reader.GetAsync($"doc-{i:d2}", Token));
        ReadOnlyMemory<byte> file = (await _remote.Data.GetAsync(key, null, Token))!.Bytes;
        await _remote.Data.DeleteAsync(key, null, Token);
        for (int i = 0; i < 2; i++)
            await Assert.ThrowsAsync<MissingBlockException>(async () => await reader.GetAsync("doc-01", Token));
        await _remote.Data.PutAsync(key, file, PutCondition.None, Token);
        Assert.NotNull(await reader.GetAsync("doc-01", Token));
    }

    // Gives the file of one document, which no other file holds.
    private async Task<(string Key, ReadOnlyMemory<byte> File)> FillAsync(Database first)
    {
        for (int i = 0; i < 5; i++)
            await first.PutAsync(Numbered(i), Token);
        string key = DataFiles.KeyOfCar(first.Log[^(Late + 2)].First);
        await using RemoteLink link = await AttachAsync(first);
        await link.WhenUpToDateAsync(Token);
        return (key, (await _remote.Data.GetAsync(key, null, Token))!.Bytes);
    }

    private async Task TakeAwayAsync(string key, ReadOnlyMemory<byte> file, bool isDamaged)
    {
        if (isDamaged)
            await _remote.Data.PutAsync(key, file[..^1], PutCondition.None, Token);
        else
            await _remote.Data.DeleteAsync(key, null, Token);
    }

    private static Document Numbered(int i) => Document.Parse($$"""{"_id":"doc-{{i:d2}}","n":{{i}}}""");

    private ValueTask<RemoteLink> AttachAsync(Database database) => AttachAsync(database, TimeSpan.FromMilliseconds(20));

    private ValueTask<RemoteLink> AttachAsync(Database database, TimeSpan betweenLooks) => database.AttachAsync(
        new RemoteStore("remote", _remote.Data, _remote.Metadata),
        new AttachOptions
        {
            PollInterval = betweenLooks,
            CheckInterval = betweenLooks,
            FirstPause = TimeSpan.FromMilliseconds(10),
            LongestPause = TimeSpan.FromMilliseconds(50),
        },
        Token);
}
