using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using Xunit;

namespace FireproofBench.Properties.Gateways.Memory;

public sealed class MemoryDeviceStoreTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_store_keeps_everything_over_a_closing_and_nothing_over_a_destruction()
    {
        MemoryDeviceStore store = new("db", TimeProvider.System);
        await store.PrepareAsync(Token);
        Assert.Null(await store.WriteAheadLog.ReadAsync(Token));
        byte[] buffer = [1, 2, 3];
        await store.WriteAheadLog.WriteAsync(buffer, Token);
        _ = await store.Data.PutAsync("data/a", buffer, PutCondition.None, Token);
        await store.Metadata.PublishAsync(new MetaEntry(Cid.Of(CidCodec.DagCbor, buffer), [], buffer), [], Token);
        Array.Clear(buffer);
        await store.DisposeAsync();
        Assert.Equal([1, 2, 3], (await store.WriteAheadLog.ReadAsync(Token))!.Value.ToArray());
        Assert.Equal([1, 2, 3], (await store.Data.GetAsync("data/a", null, Token))!.Bytes.ToArray());
        Assert.Equal([1, 2, 3], Assert.Single((await store.Metadata.ReadAsync(Token)).Entries).Data.ToArray());
        await store.DestroyAsync(Token);
        Assert.Null(await store.WriteAheadLog.ReadAsync(Token));
        Assert.Null(await store.Data.GetAsync("data/a", null, Token));
        Assert.Empty((await store.Metadata.ReadAsync(Token)).Entries);
        Assert.Equal(StorageErrorKind.InvalidName, Assert.Throws<StorageException>(() => new MemoryDeviceStore("../db", TimeProvider.System)).Kind);
    }

    [Fact]
    public async Task The_lock_lets_callers_in_one_by_one_in_their_order()
    {
        await using MemoryCommitLock gate = new(keepsAllOut: true);
        IAsyncDisposable hold = await gate.AcquireAsync(Token);
        ValueTask<IAsyncDisposable> second = gate.AcquireAsync(Token);
        ValueTask<IAsyncDisposable> third = gate.AcquireAsync(Token);
        Assert.False(second.IsCompleted);
        await hold.DisposeAsync();
        IAsyncDisposable next = await second;
        Assert.False(third.IsCompleted);
        await next.DisposeAsync();
        await (await third).DisposeAsync();
    }

    [Fact]
    public async Task A_key_bag_keeps_an_item_a_name()
    {
        MemoryKeyBag bag = new();
        Assert.Null(await bag.ReadAsync("@a-b@", Token));
        await bag.WriteAsync("@a-b@", new byte[] { 1 }, Token);
        await bag.WriteAsync("@a_b@", new byte[] { 2 }, Token);
        Assert.Equal([1], (await bag.ReadAsync("@a-b@", Token))!.Value.ToArray());
    }
}
