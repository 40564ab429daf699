using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Gateways;
using Xunit;

namespace FireproofBench.Properties.Databases;

/// <summary>Who subscribed is told of every change of the heads, also of one that came about while something else failed.</summary>
public sealed class SubscriptionTests
{
    private readonly MemoryKeyBag _keys = new();

    [Fact]
    public async Task What_a_synchronisation_took_in_is_told_although_its_sending_failed()
    {
        WatchedStore remote = new();
        await using Database other = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, seed: 2);
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys);
        await database.PutAsync(Numbered(0));
        await database.SyncAsync(remote);
        await other.SyncAsync(remote);
        await other.PutAsync(Numbered(1));
        await other.SyncAsync(remote);
        await database.PutAsync(Numbered(2));
        ImmutableArray<Cid> told = database.Heads;
        using IDisposable subscription = database.Subscribe(change => told = change.Heads);
        remote.Fail("publish", 100, StorageErrorKind.Permanent);
        await Assert.ThrowsAsync<StorageException>(async () => await database.SyncAsync(remote));
        Assert.Equal(2, database.Heads.Length);
        Assert.Equal(database.Heads, told);
    }

    [Fact]
    public async Task What_a_synchronisation_took_in_is_told_while_it_still_sends()
    {
        WatchedStore remote = new();
        await using Database other = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, seed: 2);
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys);
        await database.PutAsync(Numbered(0));
        await database.SyncAsync(remote);
        await other.SyncAsync(remote);
        await other.PutAsync(Numbered(1));
        await other.SyncAsync(remote);
        await database.PutAsync(Numbered(2));
        ImmutableArray<Cid> told = database.Heads;
        using IDisposable subscription = database.Subscribe(change => told = change.Heads);
        ImmutableArray<Cid> toldBeforeSending = [];
        remote.Before = (verb, _) =>
        {
            if (verb == "put" && toldBeforeSending.IsEmpty)
                toldBeforeSending = told;
            return ValueTask.CompletedTask;
        };
        await database.SyncAsync(remote);
        Assert.Equal(2, toldBeforeSending.Length);
        Assert.Equal(database.Heads, toldBeforeSending);
    }

    [Fact]
    public async Task What_another_process_wrote_is_told_when_a_write_met_it_and_failed()
    {
        WatchedStore store = new();
        await using Database other = await OpenDatabase.OnStoreAsync(store, _keys, seed: 2);
        await using Database database = await OpenDatabase.OnStoreAsync(store, _keys);
        ImmutableArray<Cid> told = database.Heads;
        using IDisposable subscription = database.Subscribe(change => told = change.Heads);
        PutResult elsewhere = await other.PutAsync(Numbered(1));
        store.Fail("put", 100, StorageErrorKind.NoSpace);
        await Assert.ThrowsAsync<StorageException>(async () => await database.PutAsync(Numbered(2)));
        Assert.Equal(elsewhere.Heads, told);
        Assert.Equal(database.Heads, told);
    }

    [Fact]
    public async Task What_another_process_wrote_is_told_when_a_compaction_met_it()
    {
        WatchedStore store = new();
        await using Database other = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual, seed: 2);
        await using Database database = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual);
        for (int i = 0; i < 4; i++)
            await database.PutAsync(Numbered(i));
        List<DatabaseChange> told = [];
        using IDisposable subscription = database.Subscribe(told.Add);
        PutResult? elsewhere = null;
        store.Before = async (verb, _) =>
        {
            // Between the look at the newest state that a compaction begins with and the one that it ends with.
            if (verb != "put" || elsewhere is not null)
                return;
            store.Before = null;
            elsewhere = await other.PutAsync(Numbered(9));
        };
        await database.CompactAsync();
        Assert.Equal(elsewhere!.Heads, database.Heads);
        Assert.Equal(elsewhere.Heads, Assert.Single(told).Heads);
    }

    [Fact]
    public async Task A_write_is_told_before_the_merge_that_it_sets_off()
    {
        WatchedStore store = new();
        await using Database database = await OpenDatabase.OnStoreAsync(store, _keys);
        ImmutableArray<Cid> told = database.Heads;
        using IDisposable subscription = database.Subscribe(change => told = change.Heads);
        List<string> untold = [];
        store.Before = (verb, key) =>
        {
            if (verb == "publish" && !told.SequenceEqual(database.Heads))
                untold.Add(key);
            return ValueTask.CompletedTask;
        };
        for (int i = 0; i < 40; i++)
            await database.PutAsync(Numbered(i));
        Assert.True(database.Compactions > 0, "nothing was merged");
        Assert.Empty(untold);
    }

    [Fact]
    public async Task What_another_process_wrote_is_told_when_a_write_met_it_and_succeeded()
    {
        WatchedStore store = new();
        await using Database other = await OpenDatabase.OnStoreAsync(store, _keys, seed: 2);
        await using Database database = await OpenDatabase.OnStoreAsync(store, _keys);
        List<DatabaseChange> told = [];
        using IDisposable subscription = database.Subscribe(told.Add);
        await other.PutAsync(Numbered(1));
        await database.PutAsync(Numbered(2));
        Assert.Collection(told, static change => Assert.Empty(change.Ids), static change => Assert.Equal(["02"], change.Ids));
        Assert.Equal(1, database.Merges);
        await database.PutAsync(Numbered(3));
        Assert.Equal(["03"], told[^1].Ids);
        Assert.Equal(3, told.Count);
        Assert.Equal(1, database.Merges);
    }

    [Fact]
    public async Task What_another_process_wrote_is_told_when_a_rollback_met_it()
    {
        WatchedStore store = new();
        await using Database other = await OpenDatabase.OnStoreAsync(store, _keys, seed: 2);
        await using Database database = await OpenDatabase.OnStoreAsync(store, _keys);
        PutResult past = await database.PutAsync(Numbered(0));
        List<DatabaseChange> told = [];
        using IDisposable subscription = database.Subscribe(told.Add);
        await other.PutAsync(Numbered(1));
        await database.RollbackAsync(past.Heads);
        Assert.Collection(told, static change => Assert.Empty(change.Ids), static change => Assert.Equal(["01"], change.Ids));
        Assert.Equal(1, database.Merges);
    }

    [Fact]
    public async Task An_own_write_is_not_told_as_one_of_others_by_whoever_looks_before_it_is_told()
    {
        WatchedStore store = new();
        await using Database other = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, seed: 2);
        await using Database database = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual);
        WatchedStore remote = new();
        await database.PutAsync(Numbered(0));
        await database.SyncAsync(remote);
        await other.SyncAsync(remote);
        await other.PutAsync(Numbered(1));
        await other.SyncAsync(remote);
        await database.PutAsync(Numbered(2));

        // Two heads are merged into the link's bookmark, which goes with the next write: while it goes the write is there and was not told.
        RemoteLink link = await database.AttachAsync(new RemoteStore("remote", remote.Data, remote.Metadata));
        await link.WhenUpToDateAsync(TestContext.Current.CancellationToken);
        await link.DisposeAsync();
        Assert.Equal(2, database.Heads.Length);
        List<DatabaseChange> told = [];
        using IDisposable subscription = database.Subscribe(told.Add);
        long merges = database.Merges;
        Task? looking = null;
        await using MemoryDataGateway objects = new(TimeProvider.System);
        BentGateway away = new(objects) { OnHead = static (_, key, _) => throw new StorageException(StorageErrorKind.Transient, "head", key, "it is away") };
        await using RemoteDeviceStore elsewhere = new(away, "elsewhere", TestOptions.Of());
        store.Before = (verb, _) =>
        {
            if (verb == "delete")
                looking ??= database.SyncAsync(elsewhere).AsTask();
            return ValueTask.CompletedTask;
        };
        await database.PutAsync(Numbered(3));
        Assert.NotNull(looking);
        await Assert.ThrowsAsync<StorageException>(() => looking);
        Assert.Equal(["03"], Assert.Single(told).Ids);
        Assert.Equal(merges, database.Merges);
    }

    private static Document Numbered(int number) => Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{number:d2}}"}"""));
}
