using FireproofBench.Engine;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Memory;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Sharing;

/// <summary>A new key while the database is open.</summary>
public sealed class KeyRotationTests : IDisposable
{
    private const string KeyName = "@fx-data@";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task New_files_are_sealed_with_the_new_key_and_old_ones_stay_readable()
    {
        KeyFingerprint first;
        KeyFingerprint second;
        await using (Database database = await OpenAsync(1))
        {
            await database.PutAsync(Numbered(1), Token);
            first = Assert.Single(Keys(_folder.At("db")));
            second = await database.RotateKeyAsync(Token);
            Assert.NotEqual(first, second);
            await database.PutAsync(Numbered(2), Token);
            Assert.Equal([first, second], Keys(_folder.At("db")));
            await SameAsync(database, 1, 2);
        }

        await using Database again = await OpenAsync(2);
        await SameAsync(again, 1, 2);
        await again.PutAsync(Numbered(3), Token);
        Assert.Equal([first, second], Keys(_folder.At("db")));
        using KeyRing item = await ItemAsync();
        Assert.Equal([first, second], item.Keys.Select(static key => key.Fingerprint));
        Assert.Equal(second, item.Sealing.Fingerprint);
    }

    [Fact]
    public async Task Another_process_learns_the_new_key_when_it_meets_it()
    {
        await using Database here = await OpenAsync(1);
        await here.PutAsync(Numbered(1), Token);
        await using Database there = await OpenAsync(2);
        await SameAsync(there, 1);
        KeyFingerprint made = await here.RotateKeyAsync(Token);
        await here.PutAsync(Numbered(2), Token);
        Assert.True(await there.RefreshAsync(Token));
        await SameAsync(there, 1, 2);

        // What it writes from now on is under the new key too.
        int before = FilesUnder(made);
        await there.PutAsync(Numbered(3), Token);
        Assert.Equal(before + 1, FilesUnder(made));
        await here.RefreshAsync(Token);
        await SameAsync(here, 1, 2, 3);
    }

    [Fact]
    public async Task A_key_that_the_bag_does_not_have_either_is_refused()
    {
        await using Database here = await OpenAsync(1);
        await here.PutAsync(Numbered(1), Token);
        Directory.CreateDirectory(_folder.At("elsewhere"));
        File.Copy(_folder.At("keybag", "_fx_data_.json"), _folder.At("elsewhere", "_fx_data_.json"));
        await using Database there = await OpenDatabase.OnFolderAsync(_folder.At("db"), _folder.At("elsewhere"), seed: 2);
        await here.RotateKeyAsync(Token);
        await here.PutAsync(Numbered(2), Token);
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await there.RefreshAsync(Token));
        Assert.Equal(StorageErrorKind.NotAuthorized, refusal.Kind);

        // Once the key is there, nothing has to be opened again.
        File.Copy(_folder.At("keybag", "_fx_data_.json"), _folder.At("elsewhere", "_fx_data_.json"), overwrite: true);
        await there.RefreshAsync(Token);
        await SameAsync(there, 1, 2);
    }

    [Fact]
    public async Task A_compaction_seals_anew_what_it_merges()
    {
        await using Database database = await OpenAsync(1);
        for (int i = 1; i <= 5; i++)
            await database.PutAsync(Numbered(i), Token);
        KeyFingerprint made = await database.RotateKeyAsync(Token);
        Assert.Equal(0, FilesUnder(made));
        await database.CompactAsync(Token);
        string newest = Path.Combine(_folder.At("db", "fx", "data"), database.Log[0].First + ".car");
        Assert.Single(database.Log);
        Assert.Equal(made, KeyOf(newest));
        await SameAsync(database, 1, 2, 3, 4, 5);
    }

    [Fact]
    public async Task Processes_that_rotate_at_once_lose_no_key()
    {
        var bag = new MemoryKeyBag();
        var stores = new WatchedStore();
        Database[] databases = [.. await Task.WhenAll(Enumerable.Range(1, 6).Select(async seed => await OpenDatabase.OnStoreAsync(stores, bag, CompactionMode.Manual, (ulong)seed)))];
        KeyFingerprint[] made = await Task.WhenAll(databases.Select(database => Task.Run(async () => await database.RotateKeyAsync(Token), Token)));
        using KeyRing item = KeyBagItem.Read(KeyName, (await bag.ReadAsync(KeyName, Token))!.Value);
        Assert.Equal(7, item.Keys.Length);
        Assert.All(made, key => Assert.NotNull(item.Find(key)));
        foreach (Database database in databases)
        {
            await database.PutAsync(Document.Parse($$"""{"_id":"{{Array.IndexOf(databases, database)}}"}"""), Token);
            await database.DisposeAsync();
        }

        await using Database last = await OpenDatabase.OnStoreAsync(stores, bag, CompactionMode.Manual, 99);
        Assert.Equal(6, (await DatabaseView.RowsAsync(last)).Count);
    }

    [Fact]
    public async Task A_bag_that_cannot_be_written_leaves_the_old_key_in_use()
    {
        var bag = new FailingKeyBag();
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore(), bag, CompactionMode.Manual);
        bag.Fails = true;
        await Assert.ThrowsAsync<StorageException>(async () => await database.RotateKeyAsync(Token));
        await database.PutAsync(Numbered(1), Token);
        using KeyRing item = KeyBagItem.Read(KeyName, (await bag.ReadAsync(KeyName, Token))!.Value);
        Assert.Single(item.Keys);
        await SameAsync(database, 1);
    }

    [Fact]
    public async Task A_full_bag_refuses_one_more_key()
    {
        await using Database database = await OpenDatabase.OnStoreAsync(new WatchedStore(), new MemoryKeyBag(), CompactionMode.Manual);
        for (int i = 1; i < KeyRing.MaxKeys; i++)
            await database.RotateKeyAsync(Token);
        KeyBagException refusal = await Assert.ThrowsAsync<KeyBagException>(async () => await database.RotateKeyAsync(Token));
        Assert.Contains("200 is the limit", refusal.Message, StringComparison.Ordinal);
        await database.PutAsync(Numbered(1), Token);
        await SameAsync(database, 1);
    }

    [Fact]
    public async Task A_database_without_keys_or_that_is_read_only_has_none_to_rotate()
    {
        await using Database plain = await OpenDatabase.OnStoreAsync(new WatchedStore(), null, CompactionMode.Manual);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await plain.RotateKeyAsync(Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await plain.InviteAsync(cancellation: Token));
    }

    private ValueTask<Database> OpenAsync(ulong seed) => OpenDatabase.OnFolderAsync(_folder.At("db"), _folder.At("keybag"), seed: seed);

    private async Task<KeyRing> ItemAsync()
    {
        using FolderKeyBag bag = new(_folder.At("keybag"), OpenDatabase.Gateway());
        return KeyBagItem.Read(KeyName, (await bag.ReadAsync(KeyName, Token))!.Value);
    }

    // The fingerprints in the files of a database, in the order in which they were written.
    private static List<KeyFingerprint> Keys(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(folder, "fx", "data"), "*.car").OrderBy(File.GetLastWriteTimeUtc).Select(KeyOf).Distinct()];

    private int FilesUnder(KeyFingerprint key) => Directory.EnumerateFiles(_folder.At("db", "fx", "data"), "*.car").Count(file => KeyOf(file) == key);

    private static KeyFingerprint KeyOf(string file) => KeyFingerprint.FromBytes(File.ReadAllBytes(file).AsSpan(^KeyFingerprint.Length..));

    private static Document Numbered(int number) => Document.Parse($$"""{"_id":"{{number}}"}""");

    private static async Task SameAsync(Database database, params int[] numbers) =>
        Assert.Equal(numbers.Select(static number => $"{number}"), (await DatabaseView.RowsAsync(database)).Select(static row => row.Id));

    private sealed class FailingKeyBag : IKeyBag
    {
        private readonly MemoryKeyBag _below = new();

        public bool Fails { get; set; }

        public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string keyName, CancellationToken cancellation) => _below.ReadAsync(keyName, cancellation);

        public ValueTask WriteAsync(string keyName, ReadOnlyMemory<byte> item, CancellationToken cancellation) => _below.WriteAsync(keyName, item, cancellation);

        public ValueTask<bool> TryReplaceAsync(string keyName, ReadOnlyMemory<byte> item, ReadOnlyMemory<byte>? expected, CancellationToken cancellation) => Fails
            ? throw new StorageException(StorageErrorKind.NoSpace, "write key", keyName, "the test wants it so")
            : _below.TryReplaceAsync(keyName, item, expected, cancellation);
    }
}
