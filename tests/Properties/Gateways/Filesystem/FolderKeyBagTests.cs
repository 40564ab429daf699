using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Properties.Fixtures;
using Xunit;
namespace FireproofBench.Properties.Gateways.Filesystem;

/// <summary>The key bag as a folder; names of files as the format specification gives them.</summary>
public sealed class FolderKeyBagTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FolderKeyBag _bag;

    public FolderKeyBagTests() => _bag = new FolderKeyBag(Path.Combine(_folder.Path, "deep/keybag"), TestOptions.Of());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _bag.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_key_is_a_file_of_its_own_that_only_its_owner_reads()
    {
        Assert.Null(await _bag.ReadAsync("@fx-data@", Token));
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "deep")));
        byte[] item = Item("@fx-data@");
        await _bag.WriteAsync("@fx-data@", item, Token);
        string path = Path.Combine(_folder.Path, "deep/keybag/_fx_data_.json");
        Assert.Equal(item, await File.ReadAllBytesAsync(path, Token));
        Assert.Equal(item, (await _bag.ReadAsync("@fx-data@", Token))!.Value.ToArray());
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task The_first_key_of_a_new_folder_outlives_the_power_that_fails_after_it(bool folderAboveWasSynced, bool folderWasMadeByAnother)
    {
        SimulatedDisk disk = new();
        _ = disk.MakeFolder("/home", ownerOnly: false);
        if (folderAboveWasSynced)
            disk.SyncFolder("");
        if (folderWasMadeByAnother)
            _ = disk.MakeFolder("/home/keybag", ownerOnly: true);
        byte[] item = Item("@fx-data@");
        using (FolderKeyBag bag = new(disk, "/home/keybag", TestOptions.Of(Durability.Fsync)))
            await bag.WriteAsync("@fx-data@", item, Token);
        using FolderKeyBag found = new(disk.AfterPowerCut(names: 0, LostContent.Nothing), "/home/keybag", TestOptions.Of(Durability.Fsync));
        Assert.Equal(item, (await found.ReadAsync("@fx-data@", Token))?.ToArray());
    }

    [Fact]
    public async Task Names_that_fall_on_one_file_take_no_foreign_key_and_overwrite_none()
    {
        await _bag.WriteAsync("@a-b-data@", Item("@a-b-data@"), Token);
        foreach (Func<Task> call in (Func<Task>[])[() => _bag.ReadAsync("@a_b-data@", Token).AsTask(), () => _bag.WriteAsync("@a_b-data@", Item("@a_b-data@"), Token).AsTask()])
        {
            StorageException failure = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Equal(StorageErrorKind.InvalidName, failure.Kind);
            Assert.Contains("_a_b_data_.json", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(Item("@a-b-data@"), (await _bag.ReadAsync("@a-b-data@", Token))!.Value.ToArray());
    }

    [Fact]
    public async Task An_item_is_replaced_only_when_it_still_is_what_it_was()
    {
        byte[] first = Item("@n@");
        byte[] second = [.. first, (byte)'\n'];
        Assert.False(await _bag.TryReplaceAsync("@n@", first, second, Token));
        Assert.True(await _bag.TryReplaceAsync("@n@", first, null, Token));
        Assert.False(await _bag.TryReplaceAsync("@n@", second, null, Token));
        Assert.False(await _bag.TryReplaceAsync("@n@", second, second, Token));
        Assert.Equal(first, (await _bag.ReadAsync("@n@", Token))!.Value.ToArray());
        Assert.True(await _bag.TryReplaceAsync("@n@", second, first, Token));
        Assert.Equal(second, (await _bag.ReadAsync("@n@", Token))!.Value.ToArray());
        string path = Path.Combine(_folder.Path, "deep/keybag/_n_.json");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task Of_many_writers_at_once_none_overwrites_another()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(
            async () =>
            {
                using FolderKeyBag bag = new(Path.Combine(_folder.Path, "deep/keybag"), TestOptions.Of());
                for (int done = 0; done < 5;)
                {
                    ReadOnlyMemory<byte>? before = await bag.ReadAsync("@n@", Token);
                    byte[] after = [.. before?.ToArray() ?? Item("@n@"), (byte)'\n'];
                    done += await bag.TryReplaceAsync("@n@", after, before, Token) ? 1 : 0;
                }
            },
            Token)));
        Assert.Equal(Item("@n@").Length + 40, (await _bag.ReadAsync("@n@", Token))!.Value.Length);
    }

    [Theory]
    [InlineData("{\"name\":\"@n@\",\"key\":\"z1\"}")]
    [InlineData("{\"name\":\"@n@\",\"keys\":{}}")]
    [InlineData("{\"clazz\":\"V2StorageKeyItem\",\"item\":{\"name\":\"x\"},\"id\":\"@n@\"}")]
    public async Task Older_forms_of_an_item_name_themselves(string item)
    {
        _ = _folder.Write("deep/keybag/_n_.json", item);
        Assert.Equal(item, Encoding.UTF8.GetString((await _bag.ReadAsync("@n@", Token))!.Value.Span));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"id\":1}")]
    [InlineData("{\"id\":\"@n@\"")]
    public async Task A_torn_item_is_corrupt_by_its_path_and_is_not_overwritten(string torn)
    {
        string path = _folder.Write("deep/keybag/_n_.json", torn);
        foreach (Func<Task> call in (Func<Task>[])[() => _bag.ReadAsync("@n@", Token).AsTask(), () => _bag.WriteAsync("@n@", Item("@n@"), Token).AsTask()])
        {
            StorageException failure = await Assert.ThrowsAsync<StorageException>(call);
            Assert.Equal(StorageErrorKind.Corrupt, failure.Kind);
            Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(torn, await File.ReadAllTextAsync(path, Token));
    }

    [Theory]
    [InlineData("file:///keys/here?runtime=node", "/home/me", "/keys/here")]
    [InlineData("file:///with%20space", null, "/with space")]
    [InlineData(null, "/home/me", "/home/me/.fireproof/keybag")]
    [InlineData("", "/home/me/", "/home/me/.fireproof/keybag")]
    public void The_default_place_is_that_of_the_reference_engine(string? bag, string? home, string expected) =>
        Assert.Equal(expected, FolderKeyBag.DefaultDirectory(name => name == "HOME" ? home : name == FolderKeyBag.UrlVariable ? bag : null));

    [Fact]
    public void A_default_place_that_is_no_folder_is_refused()
    {
        Assert.Equal(StorageErrorKind.Unsupported, Assert.Throws<StorageException>(() => FolderKeyBag.DefaultDirectory(_ => "memory:")).Kind);
        Assert.Equal(StorageErrorKind.Permanent, Assert.Throws<StorageException>(() => FolderKeyBag.DefaultDirectory(_ => null)).Kind);
    }

    private static byte[] Item(string name) => Encoding.UTF8.GetBytes(
        $"{{\n  \"id\": \"{name}\",\n  \"clazz\": \"V2StorageKeyItem\",\n  \"item\": {{\n    \"name\": \"{name}\",\n    \"keys\": {{}}\n  }}\n}}");
}
