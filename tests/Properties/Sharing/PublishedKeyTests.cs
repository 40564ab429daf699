using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Sync;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Reference;
using Xunit;

namespace FireproofBench.Properties.Sharing;

/// <summary>Keys in the clear beside the heads, as the reference engine's "meta with keys".</summary>
public sealed class PublishedKeyTests(ReferenceEngine reference)
{
    private const string KeyName = "@fx-data@";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_device_with_another_key_reads_what_is_published_with_its_keys()
    {
        var remote = new WatchedStore();
        var hereKeys = new MemoryKeyBag();
        var thereKeys = new MemoryKeyBag();
        await using Database here = await OpenDatabase.OnStoreAsync(new WatchedStore(), hereKeys, CompactionMode.Manual, seed: 1);
        await here.PutAsync(Document.Parse("""{"_id":"a"}"""), Token);
        await (await AttachAsync(here, remote, publishes: true)).WhenUpToDateAsync(Token);

        await using Database there = await OpenDatabase.OnStoreAsync(new WatchedStore(), thereKeys, CompactionMode.Manual, seed: 2);
        KeyFingerprint own = (await ItemAsync(thereKeys)).Sealing.Fingerprint;
        RemoteLink link = await AttachAsync(there, remote, publishes: true);
        await link.WhenUpToDateAsync(Token);
        Assert.Equal(here.Heads, there.Heads);

        // The bag has the key too, and what is sealed here is sealed with the own one: the other side reads that in turn.
        using KeyRing item = await ItemAsync(thereKeys);
        Assert.Equal((own, 2), (item.Sealing.Fingerprint, item.Keys.Length));
        await there.PutAsync(Document.Parse("""{"_id":"b"}"""), Token);
        await link.WhenUpToDateAsync(Token);
        await here.Remotes[0].WhenUpToDateAsync(Token);
        Assert.Equal(["a", "b"], (await DatabaseView.RowsAsync(here)).Select(static row => row.Id));
        await remote.DisposeAsync();
    }

    [Fact]
    public async Task Keys_are_taken_by_a_single_synchronisation_as_well()
    {
        var remote = new WatchedStore();
        await using Database here = await OpenDatabase.OnStoreAsync(new WatchedStore(), new MemoryKeyBag(), CompactionMode.Manual, seed: 1);
        await here.PutAsync(Document.Parse("""{"_id":"a"}"""), Token);
        await (await AttachAsync(here, remote, publishes: true)).WhenUpToDateAsync(Token);
        await using Database there = await OpenDatabase.OnStoreAsync(new WatchedStore(), new MemoryKeyBag(), CompactionMode.Manual, seed: 2);
        await there.SyncAsync(remote, Token);
        Assert.Equal(here.Heads, there.Heads);
        await remote.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_published_unless_it_was_asked_for()
    {
        using var folder = new TemporaryFolder();
        await using var remote = new FolderDeviceStore(folder.At("remote"), Fixture.DatabaseName, OpenDatabase.Gateway());
        await remote.PrepareAsync(Token);
        await using Database here = await OpenDatabase.OnStoreAsync(new WatchedStore(), new MemoryKeyBag(), CompactionMode.Manual);
        await here.PutAsync(Document.Parse("""{"_id":"a"}"""), Token);
        await using (RemoteLink quiet = await AttachAsync(here, remote, publishes: false))
            await quiet.WhenUpToDateAsync(Token);
        string main = folder.At("remote", Fixture.DatabaseName, "meta", "main.json");
        Assert.DoesNotContain("key", await File.ReadAllTextAsync(main, Token), StringComparison.Ordinal);
        await here.PutAsync(Document.Parse("""{"_id":"b"}"""), Token);
        await using (RemoteLink open = await AttachAsync(here, remote, publishes: true))
            await open.WhenUpToDateAsync(Token);
        Assert.Contains("\"key\":[\"z", await File.ReadAllTextAsync(main, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_keys_cannot_be_kept_publishing_is_refused_before_anything_is_sent()
    {
        var remote = new WatchedStore();
        await using Database here = await OpenDatabase.OnStoreAsync(new WatchedStore(), new MemoryKeyBag(), CompactionMode.Manual);
        await here.PutAsync(Document.Parse("""{"_id":"a"}"""), Token);
        var keyless = new RemoteStore("keyless", remote.Data, new Keyless(remote.Metadata));
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(
            async () => await here.AttachAsync(keyless, new AttachOptions { PublishKeys = true }, Token));
        Assert.Equal(StorageErrorKind.Unsupported, refusal.Kind);
        Assert.Empty(await remote.KeysAsync());
        await remote.DisposeAsync();
    }

    [Fact]
    public async Task Keys_from_the_heads_leave_room_for_own_ones_and_never_seal()
    {
        var remote = new WatchedStore();
        var bag = new MemoryKeyBag();
        await using Database here = await OpenDatabase.OnStoreAsync(new WatchedStore(), bag, CompactionMode.Manual);
        KeyFingerprint own = (await ItemAsync(bag)).Sealing.Fingerprint;
        for (int round = 0; round < 5; round++)
        {
            byte[] data = [0xa0, (byte)round];
            ImmutableArray<PublishedKey> keys = [.. Enumerable.Range(0, PublishedKey.MaxKeys).Select(i => PublishedKey.Of(FileKey.FromBytes(SHA256.HashData([(byte)round, (byte)i]))))];
            await remote.Metadata.PublishAsync(new MetaEntry(Engine.Blocks.Cid.Of(Engine.Blocks.CidCodec.DagCbor, data), [], data) { Keys = keys }, [], Token);
            await using RemoteLink link = await AttachAsync(here, remote, publishes: false);
        }

        using KeyRing item = await ItemAsync(bag);
        Assert.Equal((own, KeyRing.MaxKeys / 2), (item.Sealing.Fingerprint, item.Keys.Length));
        await here.RotateKeyAsync(Token);
        await remote.DisposeAsync();
    }

    /// <summary>Measured with @fireproof/core 0.24.19: its file gateway reads V1 and passes over the keys, and does not read V2.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_reference_engine_opens_a_folder_with_keys_beside_its_entries_and_we_open_both_forms(int form)
    {
        using var folder = new TemporaryFolder();
        FixtureFiles.Find("03-hundred-docs").CopyTo(folder.Path);
        string main = folder.At("db", Fixture.DatabaseName, "meta", "main.json");
        string plain = await File.ReadAllTextAsync(main, Token);
        string key = PublishedText(SHA256.HashData("published"u8));
        await File.WriteAllTextAsync(main, form == 1 ? $"{plain[..^2]},\"key\":[\"{key}\"]}}]" : $"{{\"metas\":{plain},\"keys\":[\"{key}\"]}}", Token);

        if (form == 1)
            Assert.Equal(100, await CountOfReferenceAsync(folder));
        else
            await Assert.ThrowsAsync<ReferenceException>(() => CountOfReferenceAsync(folder));

        await using Database ours = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"));
        Assert.Equal(100, (await DatabaseView.RowsAsync(ours)).Count);
        using FolderKeyBag bag = new(folder.At("keybag"), OpenDatabase.Gateway());
        using KeyRing item = KeyBagItem.Read(KeyName, (await bag.ReadAsync(KeyName, Token))!.Value);
        Assert.NotNull(item.Find(KeyFingerprint.Of(SHA256.HashData("published"u8))));
        Assert.NotEqual(KeyFingerprint.Of(SHA256.HashData("published"u8)), item.Sealing.Fingerprint);
    }

    [Fact]
    public async Task The_reference_engine_uses_a_bag_with_several_keys_and_reads_files_under_each()
    {
        using var folder = new TemporaryFolder();
        await using (Database ours = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag")))
        {
            await ours.PutAsync(Document.Parse("""{"_id":"old"}"""), Token);
            await ours.RotateKeyAsync(Token);
            await ours.PutAsync(Document.Parse("""{"_id":"new"}"""), Token);
        }

        byte[] bagFile = await File.ReadAllBytesAsync(folder.At("keybag", "_fx_data_.json"), Token);
        await using (ReferenceDatabase theirs = await reference.OpenAsync(new(folder.At("db"), Fixture.DatabaseName, folder.At("keybag")), Token))
        {
            Assert.Equal(["new", "old"], (await theirs.ReadAsync(changes: false, Token)).Documents.Select(static document => document.Id));
            Assert.Null((await theirs.RunAsync([new ScriptStep.Put("""{"_id":"theirs"}""")], Token)).Single().Refused);
        }

        Assert.Equal(Encoding.UTF8.GetString(bagFile), await File.ReadAllTextAsync(folder.At("keybag", "_fx_data_.json"), Token));
        await using Database again = await OpenDatabase.OnFolderAsync(folder.At("db"), folder.At("keybag"));
        Assert.Equal(["new", "old", "theirs"], (await DatabaseView.RowsAsync(again)).Select(static row => row.Id));
    }

    private async Task<int> CountOfReferenceAsync(TemporaryFolder folder)
    {
        await using ReferenceDatabase theirs = await reference.OpenAsync(new(folder.At("db"), Fixture.DatabaseName, folder.At("keybag")), Token);
        return (await theirs.ReadAsync(changes: false, Token)).Documents.Length;
    }

    private static string PublishedText(byte[] key)
    {
        Span<char> text = stackalloc char[PublishedKey.MaxTextLength];
        return new string(text[..PublishedKey.Of(FileKey.FromBytes(key)).WriteText(text)]);
    }

    private static async Task<KeyRing> ItemAsync(MemoryKeyBag bag) => KeyBagItem.Read(KeyName, (await bag.ReadAsync(KeyName, Token))!.Value);

    private static ValueTask<RemoteLink> AttachAsync(Database database, IDeviceStore remote, bool publishes) => database.AttachAsync(
        new RemoteStore("remote", remote.Data, remote.Metadata),
        new AttachOptions { PollInterval = TimeSpan.FromMilliseconds(20), FirstPause = TimeSpan.FromMilliseconds(10), LongestPause = TimeSpan.FromMilliseconds(50), PublishKeys = publishes },
        Token);

    private sealed class Keyless(IMetadataGateway below) : MetadataGatewayWrapper(below, leaveOpen: true)
    {
        public override MetadataTraits Traits => base.Traits with { KeepsKeys = false };

        protected override ValueTask<T> CallAsync<T>(
            GatewayOperation operation, MetaEntry? entry, IReadOnlyCollection<Engine.Blocks.Cid> superseded, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation) =>
            proceed(cancellation);
    }
}
