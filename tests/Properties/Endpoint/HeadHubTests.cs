using System.Collections.Concurrent;
using FireproofBench.Endpoint;
using FireproofBench.Endpoint.Heads;
using FireproofBench.Endpoint.Push;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>Subscribers of a database before its first reading is over.</summary>
public sealed class HeadHubTests
{
    [Fact]
    public async Task Who_waits_for_the_reading_of_another_reads_by_itself_when_that_fails()
    {
        await using ReadingsOnCall heads = new();
        using HeadHub hub = new(heads, new EndpointOptions(), NullLogger<HeadHub>.Instance);
        Task<Topic?> first = hub.JoinAsync("notes").AsTask();
        Task<Topic?> second = hub.JoinAsync("notes").AsTask();
        heads.Take().SetException(new StorageException(StorageErrorKind.Transient, "read heads", "notes", "not now"));
        _ = await Assert.ThrowsAsync<StorageException>(() => first);
        HeadState state = new(new HeadCursor("log", 1), []);
        heads.Take().SetResult(state);
        Assert.Same(state, (await second)?.Frame?.State);
        Assert.Equal(1, hub.Subscribers);
    }

    [Fact]
    public async Task A_second_database_of_a_subscription_is_not_counted()
    {
        await using ReadingsOnCall heads = new();
        using HeadHub hub = new(heads, new EndpointOptions { MaxSubscriptions = 1 }, NullLogger<HeadHub>.Instance);
        Topic[] topics = [await JoinAsync("notes", true), await JoinAsync("notes/keys", false)];
        Assert.Null(await hub.JoinAsync("other"));
        hub.Leave(topics[1], isOneLess: false);
        hub.Leave(topics[0]);
        Assert.Equal(0, hub.Subscribers);

        async Task<Topic> JoinAsync(string database, bool isOneMore)
        {
            Task<Topic?> joining = hub.JoinAsync(database, isOneMore).AsTask();
            heads.Take().SetResult(new HeadState(new HeadCursor("log", 1), []));
            return (await joining)!;
        }
    }

    // Each reading ends as the test says.
    private sealed class ReadingsOnCall : IHeadStore
    {
        private readonly BlockingCollection<TaskCompletionSource<HeadState>> _open = [];

        public string Provider => "test";

        public TaskCompletionSource<HeadState> Take() => _open.Take(TestContext.Current.CancellationToken);

        public ValueTask StartAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask CheckAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask<HeadState> ReadAsync(string database, CancellationToken cancellation)
        {
            TaskCompletionSource<HeadState> reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _open.Add(reading, cancellation);
            return new ValueTask<HeadState>(reading.Task);
        }

        public ValueTask<HeadDelta?> ReadSinceAsync(string database, HeadCursor since, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask<HeadCursor> PublishAsync(string database, MetaEntry entry, IReadOnlyCollection<Cid> superseded, int maxHeads, CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask ClearAsync(string database, CancellationToken cancellation) => throw new NotSupportedException();

        public IAsyncEnumerable<string?> WatchAsync(CancellationToken cancellation) => throw new NotSupportedException();

        public ValueTask DisposeAsync()
        {
            _open.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
