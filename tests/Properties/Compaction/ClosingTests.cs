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

    private static ValueTask<Database> OpenAsync(IDataGateway objects) => Database.OpenAsync(
        "closing", new RemoteDeviceStore(objects, "closing", TestOptions.Of()), new DatabaseOptions { KeyBag = null, Entropy = TestOptions.Of().Entropy, Compaction = CompactionMode.Manual }, TestContext.Current.CancellationToken);
}
