using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Properties.Gateways;
using Xunit;

namespace FireproofBench.Properties.Compaction;

/// <summary>Whoever opens a database after it was closed must not lose files to a compaction that the closed one had begun.</summary>
public sealed class ClosingTests
{
    [Fact]
    public async Task A_database_is_closed_when_the_compaction_that_is_under_way_is_done_and_those_that_wait_do_nothing()
    {
        TaskCompletionSource? gate = null;
        int written = 0;
        await using MemoryDataGateway objects = new(TimeProvider.System);
        BentGateway gated = new(objects)
        {
            OnPut = async (store, key, content, condition, token) =>
            {
                if (gate is not null && key.EndsWith(".car", StringComparison.Ordinal))
                {
                    written++;
                    await gate.Task;
                }

                return await store.PutAsync(key, content, condition, token);
            },
        };
        Database database = await OpenAsync(gated);
        for (int i = 0; i < 5; i++)
            _ = await database.PutAsync(Document.Parse($$"""{"_id":"doc-{{i}}"}"""), TestContext.Current.CancellationToken);
        gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task first = database.CompactAsync(TestContext.Current.CancellationToken).AsTask();
        Task second = database.CompactAsync(TestContext.Current.CancellationToken).AsTask();
        Task closing = database.DisposeAsync().AsTask();
        Assert.False(first.IsCompleted);
        Assert.False(closing.IsCompleted);
        gate.SetResult();
        await closing;
        Assert.True(first.IsCompletedSuccessfully);
        await second.ContinueWith(static _ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
        Assert.Equal(1, written);
        await using Database again = await OpenAsync(objects);
        Assert.Single(again.Log);
        Assert.Equal(5, await again.AllAsync(default, TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_database_is_closed_when_the_merge_behind_a_rollback_is_done()
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int written = int.MinValue;
        await using MemoryDataGateway objects = new(TimeProvider.System);
        BentGateway gated = new(objects)
        {
            OnPut = async (store, key, content, condition, token) =>
            {
                // The first is the rollback's own, the second what it merged.
                if (key.EndsWith(".car", StringComparison.Ordinal) && ++written == 2)
                {
                    reached.SetResult();
                    await gate.Task;
                }

                return await store.PutAsync(key, content, condition, token);
            },
        };
        Database database = await OpenAsync(gated, CompactionMode.Automatic);
        PutResult past = await PutAsync(database, 0, 3);
        _ = await PutAsync(database, 3, 6);
        Assert.Equal(7, database.Log.Length);
        written = 0;
        Task rollback = database.RollbackAsync(past.Heads, TestContext.Current.CancellationToken).AsTask();
        await reached.Task;
        Task closing = database.DisposeAsync().AsTask();
        Assert.False(closing.IsCompleted);
        gate.SetResult();
        await closing;
        int before = written;
        await rollback;
        Assert.Equal(before, written);
        await using Database again = await OpenAsync(objects);
        Assert.InRange(again.Log.Length, 1, 2);
        Assert.Equal(3, await again.AllAsync(default, TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_rollback_that_has_not_begun_when_the_database_is_closed_does_nothing()
    {
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using MemoryDataGateway objects = new(TimeProvider.System);
        bool isGated = false;
        BentGateway gated = new(objects)
        {
            OnPut = async (store, key, content, condition, token) =>
            {
                if (isGated)
                {
                    reached.TrySetResult();
                    await gate.Task;
                }

                return await store.PutAsync(key, content, condition, token);
            },
        };
        Database database = await OpenAsync(gated);
        PutResult past = await PutAsync(database, 0, 3);
        _ = await PutAsync(database, 3, 6);
        isGated = true;
        Task put = PutAsync(database, 6, 7);
        await reached.Task;
        Task rollback = database.RollbackAsync(past.Heads, TestContext.Current.CancellationToken).AsTask();
        Task closing = database.DisposeAsync().AsTask();
        gate.SetResult();
        await put;
        await closing;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => rollback);
        await using Database again = await OpenAsync(objects);
        Assert.Equal(7, await again.AllAsync(default, TestContext.Current.CancellationToken).CountAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<PutResult> PutAsync(Database database, int from, int to)
    {
        for (int i = from; i < to - 1; i++)
            _ = await database.PutAsync(Document.Parse($$"""{"_id":"doc-{{i}}"}"""), TestContext.Current.CancellationToken);
        return await database.PutAsync(Document.Parse($$"""{"_id":"doc-{{to - 1}}"}"""), TestContext.Current.CancellationToken);
    }

    private static ValueTask<Database> OpenAsync(IDataGateway objects, CompactionMode compaction = CompactionMode.Manual) => Database.OpenAsync(
        "closing", new RemoteDeviceStore(objects, "closing", TestOptions.Of()), new DatabaseOptions { KeyBag = null, Entropy = TestOptions.Of().Entropy, Compaction = compaction }, TestContext.Current.CancellationToken);
}
