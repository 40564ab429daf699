using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Filesystem;
using FireproofBench.Gateways.Heads;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Gateways.Remote;

/// <summary>A database whose only place is a store of objects, here in memory.</summary>
public sealed class RemoteDeviceStoreTests : IAsyncDisposable
{
    private readonly MemoryDataGateway _store = new(TimeProvider.System);
    private readonly MemoryKeyBag _bag = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(HeadsForm.MultiObject)]
    [InlineData(HeadsForm.SingleObject)]
    public async Task A_database_is_written_closed_and_read_again(HeadsForm form)
    {
        await using (Database database = await OpenAsync("db", form))
        {
            for (int i = 0; i < 20; i++)
                _ = await database.PutAsync(Document.Parse($$"""{"_id":"d{{i % 7}}","v":{{i}}}"""));
            await database.CompactAsync();
        }

        await using Database again = await OpenAsync("db", form);
        Assert.Equal("""{"_id":"d5","v":19}""", (await again.GetAsync("d5"))!.ToJson());
        Assert.Equal(7, await again.RowsAsync().CountAsync(Token));
        ListPage page = await _store.ListAsync("db/", null, 1000, Token);
        Assert.Contains(page.Objects, o => o.Key == "db/data/version");
        Assert.Single(page.Objects, o => o.Key.StartsWith("db/meta/", StringComparison.Ordinal) && o.Key != "db/meta/version");
    }

    [Fact]
    public async Task Two_devices_that_write_at_once_have_both_their_documents()
    {
        await using Database first = await OpenAsync("db");
        await using Database second = await OpenAsync("db");
        await Task.WhenAll(PutAsync(first, "a"), PutAsync(second, "b"));
        _ = await first.RefreshAsync(Token);
        _ = await second.RefreshAsync(Token);
        foreach (Database database in (Database[])[first, second])
            Assert.Equal(20, await database.RowsAsync().CountAsync(Token));

        static async Task PutAsync(Database database, string prefix)
        {
            for (int i = 0; i < 10; i++)
            {
                await Task.Yield();
                _ = await database.PutAsync(Document.Parse($$"""{"_id":"{{prefix}}{{i}}"}"""));
            }
        }
    }

    [Fact]
    public async Task Destroying_one_database_leaves_its_neighbours()
    {
        foreach (string name in (string[])["db", "db2", "d"])
        {
            await using Database database = await OpenAsync(name);
            _ = await database.PutAsync(Document.Parse("""{"_id":"a"}"""));
        }

        Database doomed = await OpenAsync("db");
        await doomed.DestroyAsync(Token);
        Assert.Empty((await _store.ListAsync("db/", null, 10, Token)).Objects);
        await using Database other = await OpenAsync("db2");
        Assert.NotNull(await other.GetAsync("a"));
    }

    [Fact]
    public async Task A_name_that_could_reach_elsewhere_is_refused()
    {
        foreach (string name in (string[])["", ".", "..", "a/b", "../x", ".fireproofbench"])
            Assert.Equal(StorageErrorKind.InvalidName, Assert.Throws<StorageException>(() => new RemoteDeviceStore(_store, name, TestOptions.Of())).Kind);
        Assert.Empty((await _store.ListAsync("", null, 1, Token)).Objects);
    }

    [Fact]
    public async Task The_objects_of_a_database_open_as_a_folder_and_its_heads_move_into_the_folder_s_file()
    {
        await using (Database database = await OpenAsync("db"))
            _ = await database.PutAsync(Document.Parse("""{"_id":"a","v":1}"""));
        using TemporaryFolder folder = new();
        foreach (ObjectInfo o in (await _store.ListAsync("", null, 1000, Token)).Objects)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.At(o.Key))!);
            await File.WriteAllBytesAsync(folder.At(o.Key), (await _store.GetAsync(o.Key, null, Token))!.Bytes, Token);
        }

        await using (Database copied = await OpenAsync(new FolderDeviceStore(folder.Path, "db", TestOptions.Of())))
        {
            Assert.Equal("""{"_id":"a","v":1}""", (await copied.GetAsync("a"))!.ToJson());
            _ = await copied.PutAsync(Document.Parse("""{"_id":"b"}"""));
        }

        Assert.Equal(["main.json", "version"], Directory.GetFiles(folder.At("db", "meta")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await using Database again = await OpenAsync(new FolderDeviceStore(folder.Path, "db", TestOptions.Of()));
        Assert.Equal(2, await again.RowsAsync().CountAsync(Token));
    }

    private ValueTask<Database> OpenAsync(string name, HeadsForm form = HeadsForm.MultiObject) => OpenAsync(new RemoteDeviceStore(_store, name, TestOptions.Of(), form));

    private ValueTask<Database> OpenAsync(IDeviceStore device) =>
        Database.OpenAsync("db", device, new DatabaseOptions { KeyBag = _bag, Entropy = SystemEntropy.Instance }, Token);
}
