using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using Xunit;
namespace FireproofBench.Properties.Gateways.Filesystem;

/// <summary>The folder of one database, as the format specification lays it out: six folders, each with a version file of 10 bytes.</summary>
public sealed class FolderDeviceStoreTests : IDisposable
{
    private static readonly string[] _versions = ["data/version", "idx-data/version", "idx-meta/version", "idx-wal/version", "meta/version", "wal/version"];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(nameof(Durability.Fsync))]
    [InlineData(nameof(Durability.Os))]
    public async Task An_empty_database_is_six_version_files(string durability)
    {
        await using FolderDeviceStore store = new(Path.Combine(_folder.Path, "deep/base"), "fx", TestOptions.Of(Enum.Parse<Durability>(durability)));
        await store.PrepareAsync(Token);
        await store.PrepareAsync(Token);
        Assert.Equal(_versions, Files("deep/base/fx"));
        Assert.All(_versions, v => Assert.Equal("v0.19-file", File.ReadAllText(Path.Combine(_folder.Path, "deep/base/fx", v))));
    }

    [Fact]
    public async Task What_is_there_stays_whatever_the_version_says()
    {
        string version = _folder.Write("fx/data/version", "v0.20-other");
        string car = _folder.Write("fx/data/baembeix.car", "car");
        await using FolderDeviceStore store = new(_folder.Path, "fx", TestOptions.Of());
        await store.PrepareAsync(Token);
        Assert.Equal("v0.20-other", await File.ReadAllTextAsync(version, Token));
        Assert.Equal("car", await File.ReadAllTextAsync(car, Token));
        Assert.Equal(3, (await store.Data.HeadAsync("data/baembeix.car", Token))!.Length);
    }

    [Fact]
    public async Task Data_heads_and_log_stand_where_the_format_wants_them()
    {
        await using FolderDeviceStore store = new(_folder.Path, "fx", TestOptions.Of());
        await store.PrepareAsync(Token);
        Assert.Null(await store.WriteAheadLog.ReadAsync(Token));
        _ = await store.Data.PutAsync("data/baembeia.car", new byte[5], PutCondition.None, Token);
        _ = await store.Data.PutAsync("data/baembeib", new byte[5], PutCondition.IfAbsent, Token);
        await store.Metadata.PublishAsync(new MetaEntry(Cid.Of(CidCodec.DagCbor, [0xa0]), [], new byte[] { 0xa0 }), [], Token);
        await store.WriteAheadLog.WriteAsync("{\"long\":true}"u8.ToArray(), Token);
        await store.WriteAheadLog.WriteAsync("{\"operations\":[1,2,3]}"u8.ToArray(), Token);
        await store.WriteAheadLog.WriteAsync("{}"u8.ToArray(), Token);
        Assert.Equal(_versions.Concat(["data/baembeia.car", "data/baembeib", "meta/main.json", "wal/main.json"]).Order(StringComparer.Ordinal), Files("fx"));
        Assert.Equal("{}"u8.ToArray(), (await store.WriteAheadLog.ReadAsync(Token))!.Value.ToArray());
        Assert.Equal("{}", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "fx/wal/main.json"), Token));
    }

    [Fact]
    public async Task Destroying_removes_every_file_and_no_folder_and_preparing_again_gives_an_empty_database()
    {
        await using FolderDeviceStore store = new(_folder.Path, "fx", TestOptions.Of());
        await using FolderDeviceStore neighbour = new(_folder.Path, "fx2", TestOptions.Of());
        await neighbour.PrepareAsync(Token);
        await store.PrepareAsync(Token);
        _ = await store.Data.PutAsync("data/a", new byte[5], PutCondition.None, Token);
        await store.Metadata.PublishAsync(new MetaEntry(Cid.Of(CidCodec.DagCbor, [0xa0]), [], new byte[] { 0xa0 }), [], Token);
        Assert.Single((await store.Metadata.ReadAsync(Token)).Entries);
        await store.DestroyAsync(Token);
        Assert.Empty(Files("fx"));
        Assert.True(Directory.Exists(Path.Combine(_folder.Path, "fx/idx-wal")));
        Assert.Empty((await store.Metadata.ReadAsync(Token)).Entries);
        await store.PrepareAsync(Token);
        Assert.Equal(_versions, Files("fx"));
        Assert.Equal(_versions, Files("fx2"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../up")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("line\nbreak")]
    [InlineData(".fireproofbench")]
    [InlineData(".FIREPROOFBENCH")]
    public void A_name_that_is_no_folder_of_its_own_is_refused(string name)
    {
        StorageException failure = Assert.Throws<StorageException>(() => new FolderDeviceStore(_folder.Path, name, TestOptions.Of()));
        Assert.Equal(StorageErrorKind.InvalidName, failure.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_name_of_more_than_255_bytes_is_refused() => Assert.Equal(
        StorageErrorKind.InvalidName,
        Assert.Throws<StorageException>(() => new FolderDeviceStore(_folder.Path, new string('é', 128), TestOptions.Of())).Kind);

    [Theory]
    [InlineData("caf\u00e9 50% \U0001f600 ?#&='\"")]
    [InlineData("Upper")]
    public async Task Other_names_are_kept_exactly(string name)
    {
        await using FolderDeviceStore store = new(_folder.Path, name, TestOptions.Of());
        await store.PrepareAsync(Token);
        Assert.Equal([name], Directory.GetDirectories(_folder.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("fx")]
    [InlineData("fx/data")]
    [InlineData("fx/idx-wal")]
    [InlineData("fx/.fireproofbench")]
    public async Task A_file_where_a_folder_should_be_is_told_by_its_path(string place)
    {
        string path = _folder.Write(place, "in the way");
        await using FolderDeviceStore store = new(_folder.Path, "fx", TestOptions.Of());
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => store.PrepareAsync(Token).AsTask());
        Assert.Equal(StorageErrorKind.Permanent, failure.Kind);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.Equal("in the way", await File.ReadAllTextAsync(path, Token));
    }

    [Fact]
    public async Task A_folder_where_the_version_file_should_be_is_told_by_its_path()
    {
        string path = Path.Combine(_folder.Path, "fx/meta/version");
        _ = Directory.CreateDirectory(path);
        await using FolderDeviceStore store = new(_folder.Path, "fx", TestOptions.Of());
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => store.PrepareAsync(Token).AsTask());
        Assert.Equal(StorageErrorKind.Permanent, failure.Kind);
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_folder_is_told_by_its_path()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs a file system that refuses even the superuser");
        await using FolderDeviceStore store = new("/proc/self", "fx", TestOptions.Of());
        StorageException failure = await Assert.ThrowsAsync<StorageException>(() => store.PrepareAsync(Token).AsTask());
        Assert.Contains("/proc/self/fx", failure.Message, StringComparison.Ordinal);
    }

    private IEnumerable<string> Files(string below) => Directory.EnumerateFiles(Path.Combine(_folder.Path, below), "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Path.Combine(_folder.Path, below), f).Replace('\\', '/'))
        .Where(f => !f.StartsWith(".fireproofbench/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);
}
