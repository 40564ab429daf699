using FireproofBench.Engine;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Properties.Gateways;
using Xunit;

namespace FireproofBench.Properties.Compaction;

/// <summary>
/// Where writers share no lock, what a compaction replaced stays for a while: a publication that is repeated or comes late brings back a head, and whoever reads it needs its files.
/// </summary>
public sealed class ReplacedFilesTests : IAsyncDisposable
{
    private readonly SetTime _clock = new();
    private readonly MemoryDataGateway _objects;

    public ReplacedFilesTests() => _objects = new MemoryDataGateway(_clock);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task They_go_with_the_first_compaction_that_is_long_enough_after_the_one_that_replaced_them()
    {
        await using Database database = await OpenAsync(_objects);
        Cid[] first = await CompactAsync(database);
        Cid[] second = await CompactAsync(database);
        _clock.Shift = TimeSpan.FromMinutes(14);
        Cid[] third = await CompactAsync(database);
        Cid[] all = [.. first, .. second, .. third];
        Assert.Equal(all, await ThereAsync(all));
        _clock.Shift = TimeSpan.FromMinutes(16);
        _ = await CompactAsync(database);
        Assert.Equal(third, await ThereAsync(all));
    }

    [Fact]
    public async Task Another_process_deletes_what_the_compaction_before_replaced()
    {
        Cid[] replaced;
        await using (Database former = await OpenAsync(_objects))
            replaced = await CompactAsync(former);
        await using Database database = await OpenAsync(_objects);
        _clock.Shift = TimeSpan.FromMinutes(16);
        _ = await CompactAsync(database);
        Assert.Empty(await ThereAsync(replaced));
    }

    [Fact]
    public async Task A_store_that_does_not_say_when_a_file_came_keeps_them()
    {
        BentGateway silent = new(_objects) { OnHead = static async (store, key, token) => await store.HeadAsync(key, token) is { } found ? found with { LastModified = null } : null };
        await using Database database = await OpenAsync(silent);
        Cid[] replaced = await CompactAsync(database);
        _clock.Shift = TimeSpan.FromDays(1);
        _ = await CompactAsync(database);
        _ = await CompactAsync(database);
        Assert.Equal(replaced, await ThereAsync(replaced));
    }

    [Fact]
    public async Task A_store_that_does_not_show_a_new_file_yet_deletes_them_later()
    {
        bool isLate = true;
        BentGateway late = new(_objects) { OnHead = async (store, key, token) => isLate ? null : await store.HeadAsync(key, token) };
        await using Database database = await OpenAsync(late);
        Cid[] replaced = await CompactAsync(database);
        isLate = false;
        _ = await CompactAsync(database);
        Assert.Equal(replaced, await ThereAsync(replaced));
        _clock.Shift = TimeSpan.FromMinutes(16);
        _ = await CompactAsync(database);
        Assert.Empty(await ThereAsync(replaced));
    }

    [Fact]
    public async Task A_head_that_comes_back_after_two_compactions_is_read_and_changes_nothing()
    {
        string key = "";
        ReadOnlyMemory<byte> sent = default;
        await using Database database = await OpenAsync(new BentGateway(_objects)
        {
            OnPut = (store, name, content, condition, token) =>
            {
                if (key.Length == 0 && name.Contains("/meta/", StringComparison.Ordinal) && !name.EndsWith("version", StringComparison.Ordinal))
                    (key, sent) = (name, content.ToArray());
                return store.PutAsync(name, content, condition, token);
            },
        });
        _ = await CompactAsync(database);
        _ = await CompactAsync(database);
        _ = await _objects.PutAsync(key, sent, PutCondition.None, Token);
        await using Database cold = await OpenAsync(_objects);
        Assert.Equal(database.Heads, cold.Heads);
        await cold.CompactAsync(Token);
        Assert.Null(await _objects.HeadAsync(key, Token));
    }

    public ValueTask DisposeAsync() => _objects.DisposeAsync();

    // Some commits, and one file of them all.
    private static async Task<Cid[]> CompactAsync(Database database)
    {
        for (int i = 0; i < 3; i++)
            _ = await database.PutAsync(Document.Parse($$"""{"_id":"doc-{{i}}"}"""), Token);
        Cid[] replaced = [.. database.Log.SelectMany(static group => group.Cars)];
        await database.CompactAsync(Token);
        return replaced;
    }

    private async Task<Cid[]> ThereAsync(Cid[] files)
    {
        List<Cid> there = [];
        foreach (Cid file in files)
        {
            if (await _objects.HeadAsync("replaced/" + DataFiles.KeyOfCar(file), Token) is not null)
                there.Add(file);
        }

        return [.. there];
    }

    private static ValueTask<Database> OpenAsync(IDataGateway objects) => Database.OpenAsync(
        "replaced", new RemoteDeviceStore(objects, "replaced", TestOptions.Of()), new DatabaseOptions { KeyBag = null, Entropy = TestOptions.Of().Entropy, Compaction = CompactionMode.Manual }, Token);
}
