using System.Globalization;
using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Gateways.Filesystem;
using Xunit;

namespace FireproofBench.Properties.Storage;

/// <summary>Folders that somebody or something damaged: a typed error that names the file, and nothing on disk is changed.</summary>
public sealed class DamagedFolderTests : IDisposable
{
    private const int Count = 12;

    private readonly TemporaryFolder _folder = new();

    private string Root => _folder.At("db", Fixture.DatabaseName);

    private string Heads => Path.Combine(Root, "meta", "main.json");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("[{\"cid\":\"baf")]
    [InlineData("not json at all")]
    [InlineData("[{}]")]
    [InlineData("{\"a\":1}")]
    public async Task A_file_of_heads_that_is_torn_is_named_and_stays(string content)
    {
        await FillAsync();
        await File.WriteAllTextAsync(Heads, content);
        StorageException refusal = await RefusedAsync();
        Assert.Equal(StorageErrorKind.Corrupt, refusal.Kind);
        Assert.Contains("main.json", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_file_of_the_newest_head_the_database_is_refused_and_the_file_named()
    {
        string newest = await FillAsync();
        File.Delete(newest);
        Assert.Contains(Path.GetFileName(newest), (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("flipped")]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("swapped")]
    public async Task An_older_file_that_is_damaged_is_named_and_what_others_hold_stays_readable(string damage)
    {
        var files = new List<string>();
        await FillAsync(files);
        string damaged = files[5];
        byte[] bytes = await File.ReadAllBytesAsync(damaged);
        switch (damage)
        {
            case "missing":
                File.Delete(damaged);
                break;
            case "flipped":
                bytes[bytes.Length / 2] ^= 4;
                await File.WriteAllBytesAsync(damaged, bytes);
                break;
            case "cut":
                await File.WriteAllBytesAsync(damaged, bytes[..^7]);
                break;
            case "empty":
                await File.WriteAllBytesAsync(damaged, []);
                break;
            default:
                File.Copy(files[4], damaged, overwrite: true);
                break;
        }

        IReadOnlyList<string> before = FileHashes.Of(_folder.Path);
        await using (Database database = await OpenAsync())
        {
            for (int i = 0; i < Count; i++)
            {
                if (i != 5)
                {
                    Assert.NotNull(await database.GetAsync(Id(i)));
                    continue;
                }

                Exception failure = (await Record.ExceptionAsync(async () => await database.GetAsync(Id(5))))!;
                Assert.True(failure is MissingBlockException or StorageException { Kind: StorageErrorKind.Corrupt }, failure.ToString());
                Assert.Contains(Path.GetFileName(damaged), failure.Message, StringComparison.Ordinal);
            }

            Assert.Equal(before, FileHashes.Of(_folder.Path));

            // Nothing is compacted over a hole, and writing goes on.
            Assert.NotNull(await Record.ExceptionAsync(async () => await database.CompactAsync()));
            await database.PutAsync(Numbered(99));
            await database.PutAsync(Numbered(5));
            Assert.NotNull(await database.GetAsync(Id(5)));
        }

        await using Database again = await OpenAsync();
        Assert.Equal(Count + 1, await again.AllAsync().CountAsync());
    }

    [Fact]
    public async Task A_key_that_is_missing_is_asked_for_and_none_is_made()
    {
        await FillAsync();
        Directory.Delete(_folder.At("keybag"), recursive: true);
        IReadOnlyList<string> before = FileHashes.Of(_folder.Path);
        KeyBagException refusal = await Assert.ThrowsAsync<KeyBagException>(async () => await OpenAsync());
        Assert.Contains(Fixture.DatabaseName, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, FileHashes.Of(_folder.Path));
        Assert.False(Directory.Exists(_folder.At("keybag")));
    }

    [Fact]
    public async Task A_key_of_another_database_opens_nothing_and_the_file_is_named()
    {
        string newest = await FillAsync();
        Directory.Delete(_folder.At("keybag"), recursive: true);
        await using (Database other = await OpenDatabase.OnFolderAsync(_folder.At("other"), _folder.At("keybag"), seed: 77))
            await other.PutAsync(Numbered(1));
        StorageException refusal = await RefusedAsync();
        Assert.Equal(StorageErrorKind.NotAuthorized, refusal.Kind);
        Assert.Contains(Path.GetFileName(newest), refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(0)]
    public async Task A_key_bag_with_two_defaults_or_none_is_refused(int defaults)
    {
        await FillAsync();
        string item = Directory.GetFiles(_folder.At("keybag")).Single(static file => file.EndsWith(".json", StringComparison.Ordinal));
        using FileKey first = FileKey.FromBytes("0123456789abcdef"u8);
        using FileKey second = FileKey.FromBytes("fedcba9876543210"u8);
        string Entry(FileKey key, bool isDefault) => $$"""
            "{{key.Fingerprint}}":{"key":"z{{Base58.Encode(key.ExportBytes())}}","default":{{(isDefault ? "true" : "false")}}}
            """;
        await File.WriteAllTextAsync(item, $$"""{"name":"@{{Fixture.DatabaseName}}-data@","keys":{ {{Entry(first, defaults == 2)}},{{Entry(second, defaults == 2)}} } }""");
        IReadOnlyList<string> before = FileHashes.Of(_folder.Path);
        KeyBagException refusal = await Assert.ThrowsAsync<KeyBagException>(async () => await OpenAsync());
        Assert.Contains($"@{Fixture.DatabaseName}-data@", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, FileHashes.Of(_folder.Path));
    }

    [Fact]
    public async Task A_file_stands_where_the_folder_should_be()
    {
        await File.WriteAllTextAsync(_folder.At("db"), "a file");
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await OpenAsync());
        Assert.Contains("db", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("../other")]
    [InlineData("a/b")]
    [InlineData("")]
    public async Task A_name_that_leads_elsewhere_is_refused_before_anything_is_made(string name)
    {
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await OpenDatabase.OnFolderAsync(_folder.At("db"), _folder.At("keybag"), name));
        Assert.Equal(StorageErrorKind.InvalidName, refusal.Kind);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("write")]
    [InlineData("create")]
    [InlineData("sync")]
    [InlineData("rename")]
    public async Task A_full_disk_fails_the_put_as_a_whole_and_later_puts_succeed(string step)
    {
        await FillAsync();
        bool isFull = false;
        var disk = new DelegatingDisk(Root, taken =>
        {
            if (isFull && taken.StartsWith(step + " ", StringComparison.Ordinal))
                throw new DiskException(DiskFailure.NoSpace, taken, "no space left on device", null);
        });
        await using Database database = await OpenAsync(disk);
        List<(string Id, string? Json)> rows = await DatabaseView.RowsAsync(database);
        isFull = true;
        for (int i = 0; i < 3; i++)
        {
            StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await database.PutManyAsync([Numbered(50), Numbered(51)]));
            Assert.Equal(StorageErrorKind.NoSpace, refusal.Kind);
            Assert.Equal(rows, await DatabaseView.RowsAsync(database));
        }

        await using (Database meanwhile = await OpenAsync())
            Assert.Equal(rows, await DatabaseView.RowsAsync(meanwhile));
        isFull = false;
        await database.PutManyAsync([Numbered(50), Numbered(51)]);
        Assert.Equal(Count + 2, await database.AllAsync().CountAsync());
        await using Database again = await OpenAsync();
        Assert.Equal(Count + 2, await again.AllAsync().CountAsync());
    }

    [Fact]
    public async Task A_head_whose_folder_could_not_be_synced_is_told_as_ambiguous_and_the_next_read_tells()
    {
        await FillAsync();
        bool fails = false;
        var disk = new DelegatingDisk(Root, taken =>
        {
            if (fails && taken == "sync folder meta")
                throw new DiskException(DiskFailure.NoSpace, taken, "no space left on device", null);
        });
        await using Database database = await OpenAsync(disk);
        fails = true;
        Assert.Equal(StorageErrorKind.Ambiguous, (await Assert.ThrowsAsync<StorageException>(async () => await database.PutAsync(Numbered(50)))).Kind);
        fails = false;
        await database.RefreshAsync();
        Assert.NotNull(await database.GetAsync(Id(50)));
        await database.PutAsync(Numbered(51));
        Assert.Equal(Count + 2, await database.AllAsync().CountAsync());
        await using Database again = await OpenAsync();
        Assert.Equal(Count + 2, await again.AllAsync().CountAsync());
    }

    [Fact]
    public async Task Every_file_and_its_folder_are_synced_before_the_head_that_names_it_is_renamed()
    {
        await FillAsync();
        var steps = new List<string>();
        await using Database database = await OpenAsync(new DelegatingDisk(Root, steps.Add));
        steps.Clear();
        await database.PutAsync(Numbered(50));
        string file = $"rename data/{database.Log[0].First}.car";
        string[] order = ["sync temporary", file, "sync folder data", "sync temporary", "rename meta/main.json", "sync folder meta"];
        Assert.Equal(order, steps.Where(order.Contains));
    }

    [Theory]
    [InlineData(CarLimits.MaxFileLength + 1L)]
    [InlineData(3L << 30)]
    public async Task A_file_longer_than_any_can_be_is_named_without_being_read_and_the_others_stay_readable(long length)
    {
        var files = new List<string>();
        await FillAsync(files);
        using (FileStream file = File.OpenWrite(files[3]))
            file.SetLength(length);
        await using Database database = await OpenAsync();
        Assert.NotNull(await database.GetAsync(Id(8)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await database.GetAsync(Id(3)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Equal(StorageErrorKind.Corrupt, refusal.Kind);
        Assert.Contains(Path.GetFileName(files[3]), refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(await database.GetAsync(Id(2)));
    }

    [Fact]
    public async Task A_file_that_was_damaged_once_does_not_hide_what_another_process_compacted_since()
    {
        var files = new List<string>();
        await FillAsync(files);
        await using Database reader = await OpenAsync();
        byte[] sound = await File.ReadAllBytesAsync(files[3]);
        await File.WriteAllBytesAsync(files[3], sound[..^1]);
        await Assert.ThrowsAsync<StorageException>(async () => await reader.GetAsync(Id(3)));
        await File.WriteAllBytesAsync(files[3], sound);
        await using (Database other = await OpenAsync())
        {
            for (int i = 0; i < 3; i++)
            {
                await other.PutAsync(Numbered(50 + i));
                await other.CompactAsync();
            }
        }

        Assert.False(File.Exists(files[3]));
        Assert.NotNull(await reader.GetAsync(Id(3)));
        Assert.NotNull(await reader.GetAsync(Id(5)));
    }

    [Fact]
    public async Task A_database_that_is_destroyed_leaves_no_file_and_can_be_begun_again()
    {
        await FillAsync();
        await using (Database database = await OpenAsync())
            await database.DestroyAsync();
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Root, "data"), "*.car"));
        Assert.False(File.Exists(Heads));
        await using Database again = await OpenAsync();
        Assert.Empty(again.Heads);
        await again.PutAsync(Numbered(1));
        Assert.Equal(1, await again.AllAsync().CountAsync());
    }

    [Fact]
    public async Task A_folder_without_permission_to_write_is_told_as_such()
    {
        await FillAsync();
        var disk = new DelegatingDisk(Root, static taken =>
        {
            if (taken.StartsWith("create ", StringComparison.Ordinal) || taken.StartsWith("make folder", StringComparison.Ordinal))
                throw new DiskException(DiskFailure.Denied, taken, "permission denied", null);
        });
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () =>
        {
            await using Database database = await OpenAsync(disk);
            await database.PutAsync(Numbered(1000));
        });
        Assert.Equal(StorageErrorKind.NotAuthorized, refusal.Kind);
        Assert.Contains(".fireproofbench", refusal.Message, StringComparison.Ordinal);
        await using Database meanwhile = await OpenAsync();
        Assert.Equal(Count, await meanwhile.AllAsync().CountAsync());
    }

    [Fact]
    public async Task A_small_cache_reads_everything()
    {
        await using (Database database = await OpenDatabase.OnFolderAsync(_folder.At("db"), _folder.At("keybag"), compaction: CompactionMode.Automatic))
        {
            for (int i = 0; i < 150; i++)
                await database.PutAsync(Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"doc-{{i % 90:d2}}","n":{{i}},"pad":"{{new string('p', 5000)}}"}""")));
        }

        await using var store = new FolderDeviceStore(_folder.At("db"), Fixture.DatabaseName, OpenDatabase.Gateway());
        await using Database small = await OpenDatabase.OnStoreAsync(store, new FolderKeyBag(_folder.At("keybag"), OpenDatabase.Gateway()), cacheLength: 64 * 1024);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 60; i < 150; i++)
                Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\"n\":{i},"), (await small.GetAsync(string.Create(CultureInfo.InvariantCulture, $"doc-{i % 90:d2}")))!.ToJson(), StringComparison.Ordinal);
            Assert.Equal(90, await small.AllAsync().CountAsync());
            Assert.Equal(90, (await small.ChangesAsync([])).Changes.Length);
            await small.CompactAsync();
            await small.PutAsync(Document.Parse("""{"_id":"doc-00","n":90,"pad":""}"""));
        }
    }

    [Fact]
    public async Task The_same_seed_and_writes_give_the_same_bytes()
    {
        foreach (string name in new[] { "one", "two" })
        {
            await using Database database = await OpenDatabase.OnFolderAsync(_folder.At(name, "db"), _folder.At(name, "keybag"), compaction: CompactionMode.Automatic, seed: 5);
            for (int i = 0; i < 40; i++)
                await database.PutAsync(Numbered(i % 13));
            await database.CompactAsync();
            await database.DeleteAsync(Id(3));
        }

        Assert.Equal(FileHashes.Of(_folder.At("one")), FileHashes.Of(_folder.At("two")));
    }

    private static string Id(int i) => string.Create(CultureInfo.InvariantCulture, $"{(char)('a' + (i % 26))}-{i:d2}");

    private static Document Numbered(int i) => Document.Parse(string.Create(CultureInfo.InvariantCulture, $$"""{"_id":"{{Id(i)}}","n":{{i}}}"""));

    private ValueTask<Database> OpenAsync() => OpenDatabase.OnFolderAsync(_folder.At("db"), _folder.At("keybag"));

    private ValueTask<Database> OpenAsync(IDisk disk) => Database.OpenAsync(
        Fixture.DatabaseName,
        new FolderDeviceStore(disk, _folder.At("db"), Fixture.DatabaseName, OpenDatabase.Gateway() with { Durability = Durability.Fsync }),
        new DatabaseOptions
        {
            KeyBag = new FolderKeyBag(_folder.At("keybag"), OpenDatabase.Gateway()),
            Entropy = OpenDatabase.Gateway().Entropy,
            Compaction = CompactionMode.Manual,
        });

    // Refused, and everything on disk as it was.
    private async Task<StorageException> RefusedAsync()
    {
        IReadOnlyList<string> before = FileHashes.Of(_folder.Path);
        StorageException refusal = await Assert.ThrowsAsync<StorageException>(async () => await OpenAsync());
        Assert.Equal(before, FileHashes.Of(_folder.Path));
        return refusal;
    }

    // A file a document; gives the newest, and all of them in the order of the documents.
    private async Task<string> FillAsync(List<string>? files = null)
    {
        await using Database database = await OpenAsync();
        for (int i = 0; i < Count; i++)
        {
            await database.PutAsync(Numbered(i));
            files?.Add(Path.Combine(Root, "data", database.Log[0].First + ".car"));
        }

        return Path.Combine(Root, "data", database.Log[0].First + ".car");
    }
}
