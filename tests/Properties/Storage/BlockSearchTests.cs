using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Properties.Databases;
using Xunit;

namespace FireproofBench.Properties.Storage;

/// <summary>Searches for blocks that no opened file holds: which files are asked for, and where.</summary>
public sealed class BlockSearchTests : IAsyncDisposable
{
    private readonly WatchedStore _here = new();
    private readonly WatchedStore _remote = new();
    private readonly BlockStore _blocks;
    private int _asked;

    public BlockSearchTests()
    {
        RemoteFiles remotes = new(TimeProvider.System);
        remotes.Add("remote", new DataFiles(_remote.Data, null));
        _blocks = new BlockStore(new DataFiles(_here.Data, null) { Remotes = remotes }, budget: 1024);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Block Nowhere => Numbered(0);

    public async ValueTask DisposeAsync()
    {
        await _here.DisposeAsync();
        await _remote.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_was_deleted_after_it_was_named_is_asked_of_no_remote_store(bool wasOpened)
    {
        Cid gone = await KeepAsync(_here, Numbered(1));
        if (wasOpened)
            _ = await _blocks.OpenAsync(gone, Token);
        await _blocks.RemoveAsync(gone);
        CutOff();
        _ = await Assert.ThrowsAsync<MissingBlockException>(async () => await _blocks.GetAsync(Nowhere.Cid, Token));
        Assert.Equal(0, _asked);
    }

    // What the index says of a file stays when it is deleted while its content is not in memory.
    [Fact]
    public async Task Nor_is_one_that_was_out_of_memory_by_then()
    {
        Cid gone = await KeepAsync(_here, Numbered(1));
        _ = await _blocks.OpenAsync(gone, Token);
        await FillMemoryAsync();
        await _blocks.RemoveAsync(gone);
        CutOff();
        _ = await Assert.ThrowsAsync<MissingBlockException>(async () => await _blocks.GetAsync(Numbered(1).Cid, Token));
        Assert.Equal(0, _asked);
    }

    [Fact]
    public async Task One_that_somebody_else_deleted_does_not_hide_what_other_files_hold_from_whom_the_store_is_away()
    {
        Cid gone = await KeepAsync(_here, Numbered(1));
        _ = await _blocks.OpenAsync(gone, Token);
        Cid both = await KeepAsync(_here, Numbered(2), Numbered(1));
        _ = await _blocks.OpenAsync(both, Token);
        await FillMemoryAsync();
        await _here.Data.DeleteAsync(DataFiles.KeyOfCar(gone), null, Token);
        CutOff();
        Assert.Equal(Numbered(1).Bytes, await _blocks.GetAsync(Numbered(1).Cid, Token));
        Assert.Equal(StorageErrorKind.Transient, (await Assert.ThrowsAsync<StorageException>(async () => await _blocks.GetAsync(Nowhere.Cid, Token))).Kind);
        _remote.Before = null;
        _ = await Assert.ThrowsAsync<MissingBlockException>(async () => await _blocks.GetAsync(Nowhere.Cid, Token));
    }

    [Fact]
    public async Task It_is_asked_for_when_it_is_named_again()
    {
        Cid back = await KeepAsync(_here, Numbered(1));
        await _blocks.RemoveAsync(back);
        _ = await Assert.ThrowsAsync<MissingBlockException>(async () => await _blocks.GetAsync(Numbered(1).Cid, Token));
        _ = await KeepAsync(_remote, Numbered(1));
        Assert.Equal(Numbered(1).Bytes, await _blocks.GetAsync(Numbered(1).Cid, Token));
    }

    [Fact]
    public async Task What_is_here_is_found_when_newer_files_are_at_a_store_that_is_away_and_that_is_asked_once()
    {
        _ = await KeepAsync(_here, Numbered(1));
        for (byte newer = 2; newer < 10; newer++)
            _ = await KeepAsync(_remote, Numbered(newer));
        CutOff();
        Assert.Equal(Numbered(1).Bytes, await _blocks.GetAsync(Numbered(1).Cid, Token));
        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task What_may_be_at_a_store_that_is_away_is_not_missing_and_is_found_once_the_store_is_back_or_the_file_is_here()
    {
        _ = await KeepAsync(_here, Numbered(1));
        _ = await KeepAsync(_remote, Numbered(2));
        Cid third = await KeepAsync(_remote, Numbered(3));
        ReadOnlyMemory<byte> content = (await _remote.Data.GetAsync(DataFiles.KeyOfCar(third), null, Token))!.Bytes;
        CutOff();
        foreach (byte number in new byte[] { 3, 2, 0, 3 })
            Assert.Equal(StorageErrorKind.Transient, (await Assert.ThrowsAsync<StorageException>(async () => await _blocks.GetAsync(Numbered(number).Cid, Token))).Kind);
        _ = await _here.Data.PutAsync(DataFiles.KeyOfCar(third), content, PutCondition.None, Token);
        Assert.Equal(Numbered(3).Bytes, await _blocks.GetAsync(Numbered(3).Cid, Token));
        _remote.Before = null;
        Assert.Equal(Numbered(2).Bytes, await _blocks.GetAsync(Numbered(2).Cid, Token));
        _ = await Assert.ThrowsAsync<MissingBlockException>(async () => await _blocks.GetAsync(Nowhere.Cid, Token));
    }

    [Fact]
    public async Task A_damaged_file_hides_nothing_in_others_is_the_reason_when_a_block_is_in_none_and_is_read_once_it_is_mended()
    {
        _ = await KeepAsync(_here, Numbered(1));
        Cid damaged = await KeepAsync(_here, Numbered(2));
        byte[] whole = (await _here.Data.GetAsync(DataFiles.KeyOfCar(damaged), null, Token))!.Bytes.ToArray();
        await _here.Data.PutAsync(DataFiles.KeyOfCar(damaged), whole.AsMemory(0, whole.Length - 1), PutCondition.None, Token);
        Assert.Equal(Numbered(1).Bytes, await _blocks.GetAsync(Numbered(1).Cid, Token));
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await _blocks.GetAsync(Numbered(2).Cid, Token));
        Assert.Equal((StorageErrorKind.Corrupt, DataFiles.KeyOfCar(damaged)), (refusal.Kind, refusal.Key));
        await _here.Data.PutAsync(DataFiles.KeyOfCar(damaged), whole, PutCondition.None, Token);
        Assert.Equal(Numbered(2).Bytes, await _blocks.GetAsync(Numbered(2).Cid, Token));
    }

    private static Block Numbered(byte number) => Block.Of(CidCodec.Raw, new byte[] { number });

    private async Task FillMemoryAsync() => _ = await _blocks.OpenAsync(await KeepAsync(_here, Block.Of(CidCodec.Raw, new byte[2048])), Token);

    // A file that is named as the newest of the log.
    private async Task<Cid> KeepAsync(WatchedStore store, params Block[] blocks)
    {
        byte[] content = CarWriter.Write([blocks[0].Cid], blocks);
        var name = Cid.Of(CidCodec.Car, content);
        await store.Data.PutAsync(DataFiles.KeyOfCar(name), content, PutCondition.None, Token);
        _blocks.Learn([new CarGroup([name])]);
        return name;
    }

    private void CutOff() => _remote.Before = (verb, key) =>
    {
        _asked++;
        throw new StorageException(StorageErrorKind.Transient, verb, key, "no connection");
    };
}
