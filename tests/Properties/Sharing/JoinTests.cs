using FireproofBench.Engine;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sharing;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using Xunit;

namespace FireproofBench.Properties.Sharing;

/// <summary>The keys of a database on another device.</summary>
public sealed class JoinTests : IAsyncDisposable
{
    private const string KeyName = "@fx-data@";

    private readonly MemoryKeyBag _here = new();
    private readonly MemoryKeyBag _there = new();
    private readonly WatchedStore _hereStore = new();
    private readonly WatchedStore _thereStore = new();
    private readonly WatchedStore _remote = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _hereStore.DisposeAsync();
        await _thereStore.DisposeAsync();
        await _remote.DisposeAsync();
    }

    [Fact]
    public async Task A_device_that_joins_reads_and_writes_with_the_others()
    {
        await using Database here = await OpenAsync(_hereStore, _here, 1);
        await here.PutAsync(Document.Parse("""{"_id":"old"}"""), Token);
        KeyFingerprint made = await here.RotateKeyAsync(Token);
        await here.PutAsync(Document.Parse("""{"_id":"new"}"""), Token);
        await here.SyncAsync(_remote, Token);

        JoinResult joined = await JoinAsync(here);
        Assert.Equal(new JoinResult(2, 2, made, HoldsData: false), joined);
        await using Database there = await OpenAsync(_thereStore, _there, 2);
        await there.SyncAsync(_remote, Token);
        await there.PutAsync(Document.Parse("""{"_id":"theirs"}"""), Token);
        await there.SyncAsync(_remote, Token);
        await here.SyncAsync(_remote, Token);
        Assert.Equal(["new", "old", "theirs"], (await DatabaseView.RowsAsync(here)).Select(static row => row.Id));
        Assert.Equal(0, (await JoinAsync(here)).Added);
    }

    [Fact]
    public async Task A_device_without_the_key_is_refused_by_the_remote_until_it_joins()
    {
        await using Database here = await OpenAsync(_hereStore, _here, 1);
        await here.PutAsync(Document.Parse("""{"_id":"a"}"""), Token);
        await here.SyncAsync(_remote, Token);
        await using Database there = await OpenAsync(_thereStore, _there, 2);
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await there.SyncAsync(_remote, Token));
        Assert.Equal(StorageErrorKind.NotAuthorized, refusal.Kind);
        Assert.Empty(there.Heads);

        // It is open all the while: the keys are found in the bag.
        await JoinAsync(here);
        await there.SyncAsync(_remote, Token);
        Assert.Equal(here.Heads, there.Heads);

        // A database that exists is not opened under a new key, wherever it is.
        KeyBagException missing = await Assert.ThrowsAsync<KeyBagException>(async () => await OpenAsync(_remote, new MemoryKeyBag(), 3));
        Assert.Contains("exists", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attached_device_waits_for_the_key_that_another_one_made_and_goes_on_when_it_joins()
    {
        await using Database here = await OpenAsync(_hereStore, _here, 1);
        await here.PutAsync(Document.Parse("""{"_id":"a"}"""), Token);
        RemoteLink up = await AttachAsync(here);
        await up.WhenUpToDateAsync(Token);
        await JoinAsync(here);
        await using Database there = await OpenAsync(_thereStore, _there, 2);
        RemoteLink down = await AttachAsync(there);
        await down.WhenUpToDateAsync(Token);

        await here.RotateKeyAsync(Token);
        await here.PutAsync(Document.Parse("""{"_id":"b"}"""), Token);
        await up.WhenUpToDateAsync(Token);
        Task caughtUp = down.WhenUpToDateAsync(Token).AsTask();
        var waits = new TaskCompletionSource();
        using (down.Subscribe(status =>
        {
            if (status is { Activity: SyncActivity.Waiting, Unreadable.Length: 1 })
                waits.TrySetResult();
        }))
        {
            await waits.Task.WaitAsync(Token);
        }

        Assert.False(caughtUp.IsCompleted);
        Assert.Contains("not in the key bag", down.Status.LastError!.Message, StringComparison.Ordinal);

        // What is written here meanwhile goes out all the same.
        await there.PutAsync(Document.Parse("""{"_id":"c"}"""), Token);
        await JoinAsync(here);
        await caughtUp;
        await down.WhenUpToDateAsync(Token);
        Assert.Equal(["a", "b", "c"], (await DatabaseView.RowsAsync(there)).Select(static row => row.Id));
    }

    [Fact]
    public async Task Where_nothing_is_sealed_yet_new_files_are_sealed_as_the_others_expect()
    {
        await using Database here = await OpenAsync(_hereStore, _here, 1);
        await (await OpenAsync(_thereStore, _there, 2)).DisposeAsync();
        KeyFingerprint own = (await ItemAsync(_there)).Sealing.Fingerprint;
        JoinResult joined = await JoinAsync(here);
        Assert.NotEqual(own, joined.Sealing);
        Assert.Equal((1, 2, (await ItemAsync(_here)).Sealing.Fingerprint), (joined.Added, joined.Keys, joined.Sealing));
        Assert.NotNull((await ItemAsync(_there)).Find(own));
    }

    [Fact]
    public async Task A_database_with_data_keeps_its_default_key()
    {
        await using Database here = await OpenAsync(_hereStore, _here, 1);
        await using (Database there = await OpenAsync(_thereStore, _there, 2))
            await there.PutAsync(Document.Parse("""{"_id":"a"}"""), Token);
        KeyFingerprint own = (await ItemAsync(_there)).Sealing.Fingerprint;
        JoinResult joined = await JoinAsync(here);
        Assert.Equal(new JoinResult(1, 2, own, HoldsData: true), joined);
        Assert.Equal(own, (await ItemAsync(_there)).Sealing.Fingerprint);
    }

    [Fact]
    public async Task A_database_under_an_unknown_key_is_refused_and_the_bag_stays_as_it_is()
    {
        await using Database here = await OpenAsync(_hereStore, _here, 1);
        await using (Database there = await OpenAsync(_thereStore, new MemoryKeyBag(), 2))
            await there.PutAsync(Document.Parse("""{"_id":"a"}"""), Token);
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await JoinAsync(here));
        Assert.Equal(StorageErrorKind.NotAuthorized, refusal.Kind);
        Assert.Null(await _there.ReadAsync(KeyName, Token));

        // Without heads its files still tell.
        WatchedStore headless = new();
        await foreach (ObjectInfo file in _thereStore.Data.ListAllAsync("data/", Token))
            await headless.Data.PutAsync(file.Key, (await _thereStore.Data.GetAsync(file.Key, null, Token))!.Bytes, PutCondition.None, Token);
        using Invitation invitation = await here.InviteAsync(cancellation: Token);
        await Assert.ThrowsAsync<StorageException>(async () => await Database.JoinAsync(invitation, headless, _there, Token));
        await headless.DisposeAsync();
    }

    private async Task<JoinResult> JoinAsync(Database from)
    {
        using Invitation invitation = await from.InviteAsync(cancellation: Token);
        return await Database.JoinAsync(invitation, _thereStore, _there, Token);
    }

    private ValueTask<RemoteLink> AttachAsync(Database database) => database.AttachAsync(
        new RemoteStore("remote", _remote.Data, _remote.Metadata),
        new AttachOptions { PollInterval = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(50) },
        Token);

    private static async Task<KeyRing> ItemAsync(MemoryKeyBag bag) => KeyBagItem.Read(KeyName, (await bag.ReadAsync(KeyName, Token))!.Value);

    private static ValueTask<Database> OpenAsync(WatchedStore store, MemoryKeyBag bag, ulong seed) => OpenDatabase.OnStoreAsync(store, bag, CompactionMode.Manual, seed);
}
