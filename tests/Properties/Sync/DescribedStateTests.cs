using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>A state that several devices' heads made, and that no group of the log says by itself: a bookmark does.</summary>
public sealed class DescribedStateTests
{
    private readonly MemoryKeyBag _keys = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_synchronisation_after_a_merge_hands_over_all_heads_and_takes_them_over_again(bool isSharedWithoutLock)
    {
        await using MemoryDataGateway objects = new(TimeProvider.System);
        WatchedStore local = new();
        IDeviceStore Here() => isSharedWithoutLock ? new RemoteDeviceStore(objects, Fixture.DatabaseName, OpenDatabase.Gateway()) : local;
        WatchedStore between = new();
        WatchedStore other = new();
        await using (Database second = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 2))
        {
            await second.PutAsync(Document.Parse("""{"_id":"second"}"""), Token);
            await second.SyncAsync(between, Token);
        }

        await using (Database first = await OpenDatabase.OnStoreAsync(Here(), _keys, CompactionMode.Manual, seed: 1))
        {
            await first.PutAsync(Document.Parse("""{"_id":"first"}"""), Token);
            RemoteLink link = await first.AttachAsync(new RemoteStore("between", between.Data, between.Metadata), cancellation: Token);
            await link.WhenUpToDateAsync(Token);
            Assert.Equal(2, first.Heads.Length);
            await link.DisposeAsync();
            await first.SyncAsync(other, Token);
        }

        // What was told to the other store, what stayed here, and what a third device takes over in one piece, is all of it.
        foreach (IDeviceStore place in new[] { other, Here() })
        {
            await using Database reader = await OpenDatabase.OnStoreAsync(place, _keys, CompactionMode.Manual, seed: 3);
            Assert.Equal(2, reader.Heads.Length);
        }

        WatchedStore third = new();
        await using (Database reader = await OpenDatabase.OnStoreAsync(third, _keys, CompactionMode.Manual, seed: 4))
            await reader.SyncAsync(other, Token);
        await using Database again = await OpenDatabase.OnStoreAsync(third, _keys, CompactionMode.Manual, seed: 5);
        Assert.Equal(["first", "second"], (await DatabaseView.RowsAsync(again)).Select(static row => row.Id));
    }

    [Fact]
    public async Task A_bookmark_is_known_as_one_also_when_its_file_is_gone()
    {
        MemoryDeviceStore store = new("fx", TimeProvider.System);
        DataFiles files = new(store.Data, null);
        BlockStore blocks = new(files, 1 << 20);
        CarGroup bookmark = await new GroupWriter(files, blocks, new CarHeader([], [], []) { IsBookmark = true }).FinishAsync(Token);
        Assert.True((await blocks.ReadHeaderAsync(bookmark, Token))!.IsBookmark);
        await blocks.RemoveAsync(bookmark.First);
        Assert.True(blocks.IsBookmark(bookmark), "taken for a commit it would stand in the log, and its file be missed for good");
    }
}
