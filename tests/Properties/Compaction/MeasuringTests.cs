using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Gateways;
using Xunit;

namespace FireproofBench.Properties.Compaction;

/// <summary>What is asked of the store to find out whether a merge is worth while, when a database was just opened: the sizes of what others, or an earlier session, wrote.</summary>
public sealed class MeasuringTests : IAsyncDisposable
{
    private readonly MemoryDataGateway _objects = new(TimeProvider.System);
    private readonly MemoryKeyBag _keys = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _objects.DisposeAsync();

    [Fact]
    public async Task A_group_of_many_files_is_asked_for_once()
    {
        await FillAsync(large: 6, small: 12);
        int asked = 0;
        await using Database database = await OpenAsync(CompactionMode.Automatic, async (store, key, token) =>
        {
            Interlocked.Increment(ref asked);
            return await store.HeadAsync(key, token);
        });
        int groups = database.Log.Length;
        Assert.InRange(database.Log.Sum(static group => group.Cars.Length) - groups, 5, 20);
        await database.PutAsync(Numbered(99), Token);
        await database.DisposeAsync();

        // And for the stamps of two compactions.
        Assert.InRange(asked, 1, groups + 1 + 2);
    }

    [Fact]
    public async Task Several_are_asked_for_at_once_and_not_all()
    {
        await FillAsync(large: 0, small: 40);
        int most = 0;
        int open = 0;
        await using Database database = await OpenAsync(CompactionMode.Automatic, async (store, key, token) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref open));
            await Task.Delay(5, token);
            Interlocked.Decrement(ref open);
            return await store.HeadAsync(key, token);
        });
        await database.PutAsync(Numbered(99), Token);
        await database.DisposeAsync();
        Assert.InRange(most, 2, 16);
    }

    [Fact]
    public async Task Nobody_else_waits_for_the_answers()
    {
        await FillAsync(large: 0, small: 12);
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Database database = await OpenAsync(CompactionMode.Automatic, async (store, key, token) =>
        {
            reached.TrySetResult();
            await gate.Task;
            return await store.HeadAsync(key, token);
        });
        await database.PutAsync(Numbered(99), Token);
        await reached.Task;

        // It needs the lock that writes need.
        Task<bool> looking = database.RefreshAsync(Token).AsTask();
        Assert.True(looking.IsCompleted);
        gate.SetResult();
        _ = await looking;
    }

    private async Task FillAsync(int large, int small)
    {
        await using Database database = await OpenAsync(CompactionMode.Manual, static (store, key, token) => store.HeadAsync(key, token));
        for (int i = 0; i < large; i++)
            await database.PutAsync(Document.Parse($$"""{"_id":"large-{{i}}","text":"{{new string((char)('a' + i), 900_000)}}"}"""), Token);
        if (large > 0)
            await database.CompactAsync(Token);
        for (int i = 0; i < small; i++)
            await database.PutAsync(Numbered(i), Token);
    }

    private ValueTask<Database> OpenAsync(CompactionMode compaction, Func<IDataGateway, string, CancellationToken, ValueTask<ObjectInfo?>> onHead) => Database.OpenAsync(
        "measuring",
        new RemoteDeviceStore(new BentGateway(_objects) { OnHead = (store, key, token) => key.EndsWith(".car", StringComparison.Ordinal) ? onHead(store, key, token) : store.HeadAsync(key, token) }, "measuring", TestOptions.Of()),
        new DatabaseOptions { KeyBag = _keys, Entropy = TestOptions.Of().Entropy, Compaction = compaction },
        Token);

    private static Document Numbered(int number) => Document.Parse($$"""{"_id":"{{number:d2}}"}""");
}
