using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Documents;
using Xunit;

namespace FireproofBench.Properties.Sync;

/// <summary>Attached files between devices: there before the head that needs them, and fetched by who reads them.</summary>
public sealed class AttachmentSyncTests : IAsyncDisposable
{
    private const int Leaf = LargeFile.Leaf;

    private readonly MemoryKeyBag _keys = new();
    private readonly WatchedStore _remote = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact]
    public async Task Leaves_and_root_are_at_the_remote_before_the_head_that_needs_them()
    {
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual);
        await database.PutAsync(Document.Parse("""{"_id":"first"}"""), Token);
        RemoteLink link = await AttachAsync(database);
        await link.WhenUpToDateAsync(Token);
        IReadOnlyList<string>? atHead = null;
        _remote.Before = async (verb, _) =>
        {
            if (verb == "publish")
                atHead = await _remote.KeysAsync();
        };
        await LargeFile.PutAsync(database, LargeFile.Of(LargeFile.Bytes((9 * Leaf) + 1)));
        await link.WhenUpToDateAsync(Token);
        Assert.NotNull(atHead);
        Assert.Equal(11, Attachments(atHead).Count);
        Assert.Equal(Attachments(await store.KeysAsync()), Attachments(atHead));
    }

    [Fact]
    public async Task A_device_that_has_the_document_only_fetches_what_is_read_and_keeps_it()
    {
        byte[] content = LargeFile.Bytes((9 * Leaf) + 1);
        byte[] small = LargeFile.Bytes(1000, seed: 2);
        await using Database writer = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual);
        await LargeFile.PutAsync(writer, LargeFile.Of(content));
        await LargeFile.PutAsync(writer, LargeFile.Of(small), "small");
        await (await AttachAsync(writer)).WhenUpToDateAsync(Token);

        var store = new WatchedStore();
        await using Database reader = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual, seed: 2);
        RemoteLink link = await AttachAsync(reader);
        await link.WhenUpToDateAsync(Token);
        AttachmentInfo info = await LargeFile.FindAsync(reader);
        AttachmentInfo smallInfo = await LargeFile.FindAsync(reader, id: "small");
        Assert.Empty(Attachments(await store.KeysAsync()));
        Assert.Equal(content[((2 * Leaf) - 1)..((2 * Leaf) + 1)], await LargeFile.ReadAsync(reader, info, (2 * Leaf) - 1, 2));
        Assert.Equal(3, Attachments(await store.KeysAsync()).Count);
        Assert.Equal(small, await LargeFile.ReadAsync(reader, smallInfo));
        Assert.Equal(4, Attachments(await store.KeysAsync()).Count);

        await link.DisposeAsync();
        Assert.Equal(content[Leaf..(3 * Leaf)], await LargeFile.ReadAsync(reader, info, Leaf, 2 * Leaf));
        Assert.Equal(small, await LargeFile.ReadAsync(reader, smallInfo));
        await Assert.ThrowsAsync<MissingBlockException>(() => LargeFile.ReadAsync(reader, info));

        await AttachAsync(reader);
        Assert.Equal(content, await LargeFile.ReadAsync(reader, info));
        Assert.Equal(12, Attachments(await store.KeysAsync()).Count);
    }

    [Fact]
    public async Task A_leaf_that_the_remote_lost_or_damaged_is_not_used_and_not_kept()
    {
        byte[] content = LargeFile.Bytes(9 * Leaf);
        await using Database writer = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual);
        AttachmentInfo info = await LargeFile.PutAsync(writer, LargeFile.Of(content));
        await (await AttachAsync(writer)).WhenUpToDateAsync(Token);
        var store = new WatchedStore();
        await using Database reader = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual, seed: 2);
        await (await AttachAsync(reader)).WhenUpToDateAsync(Token);
        foreach (string key in Attachments(await _remote.KeysAsync()).Where(key => !key.EndsWith(info.Cars[0].ToString(), StringComparison.Ordinal)))
        {
            byte[] bad = (await _remote.Data.GetAsync(key, null, Token))!.Bytes.ToArray();
            bad[^40] ^= 1;
            await _remote.Data.PutAsync(key, bad, PutCondition.None, Token);
        }

        StorageException corrupt = await Assert.ThrowsAsync<StorageException>(() => LargeFile.ReadAsync(reader, info));
        Assert.Equal(StorageErrorKind.Corrupt, corrupt.Kind);
        Assert.Single(Attachments(await store.KeysAsync()));
    }

    [Fact]
    public async Task One_exchange_carries_leaves_both_ways()
    {
        byte[] content = LargeFile.Bytes(9 * Leaf);
        await using Database writer = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual);
        await LargeFile.PutAsync(writer, LargeFile.Of(content));
        SyncResult pushed = await writer.SyncAsync(_remote, Token);
        await using Database reader = await OpenDatabase.OnStoreAsync(new WatchedStore(), _keys, CompactionMode.Manual, seed: 2);
        SyncResult pulled = await reader.SyncAsync(_remote, Token);
        Assert.Equal(pushed.FilesPushed, pulled.FilesPulled);
        Assert.Equal(content, await LargeFile.ReadAsync(reader, await LargeFile.FindAsync(reader)));
    }

    [Fact]
    public async Task Leaves_that_wait_are_counted_with_their_bytes_until_the_last_is_there()
    {
        var store = new WatchedStore();
        await using Database database = await OpenDatabase.OnStoreAsync(store, _keys, CompactionMode.Manual);
        await database.PutAsync(Document.Parse("""{"_id":"first"}"""), Token);
        RemoteLink link = await AttachAsync(database);
        await link.WhenUpToDateAsync(Token);
        TaskCompletionSource mayGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _remote.Before = async (verb, _) =>
        {
            if (verb == "put")
                await mayGo.Task;
        };
        await LargeFile.PutAsync(database, LargeFile.Of(LargeFile.Bytes((9 * Leaf) + 1)));
        List<ObjectInfo> files = [];
        await foreach (ObjectInfo file in store.Data.ListAllAsync("data/", Token))
            files.Add(file);
        long attached = files.Where(static file => Attachments([file.Key]).Count == 1).Sum(static file => file.Length);
        Assert.InRange(link.Status.PendingBytes, attached, attached + (64 << 10));
        Assert.InRange(link.Status.PendingFiles, 11, 13);

        mayGo.SetResult();
        await link.WhenUpToDateAsync(Token);
        Assert.Equal((0, 0L), (link.Status.PendingFiles, link.Status.PendingBytes));

        // The same content once more is there already, and waits for nothing.
        await LargeFile.PutAsync(database, LargeFile.Of(LargeFile.Bytes((9 * Leaf) + 1)), "again");
        await link.WhenUpToDateAsync(Token);
        Assert.Equal((0, 0L), (link.Status.PendingFiles, link.Status.PendingBytes));
    }

    private static List<string> Attachments(IReadOnlyList<string> keys) =>
        [.. keys.Where(static key => !key.EndsWith(".car", StringComparison.Ordinal) && !key.EndsWith("version", StringComparison.Ordinal))];

    private ValueTask<RemoteLink> AttachAsync(Database database) => database.AttachAsync(
        new RemoteStore("remote", _remote.Data, _remote.Metadata),
        new AttachOptions { PollInterval = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(50) },
        Token);
}
