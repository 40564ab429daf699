using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Properties.Databases;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Storage;

public sealed class RemoteFilesTests : IAsyncDisposable
{
    private static readonly byte[] s_content = CarWriter.Write([], []);
    private static readonly Cid s_name = Cid.Of(CidCodec.Car, s_content);
    private static readonly string s_key = DataFiles.KeyOfCar(s_name);

    private readonly SteppedTime _time = new();
    private readonly WatchedStore _store = new();
    private readonly RemoteFiles _files;
    private int _asked;

    public RemoteFilesTests()
    {
        _files = new RemoteFiles(_time);
        _files.Add("remote", new DataFiles(_store.Data, null));
        _store.Before = (_, _) =>
        {
            _asked++;
            return ValueTask.CompletedTask;
        };
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_late_store_is_not_asked_at_once_again_for_what_it_did_not_show_and_each_time_a_while_later()
    {
        _store.IsLate = true;
        List<int> asked = [];
        for (int tenth = 0; tenth < 100; tenth++)
        {
            for (int times = 0; times < 5; times++)
                Assert.Null(await FindAsync());
            asked.Add(_asked);
            _time.Pass(TimeSpan.FromMilliseconds(50));
        }

        // At 0, 50, 150, 350, 750 ms, and every 800 ms from 1,550 ms on to the end of the five seconds.
        Assert.Equal([1, 2, 2, 3], asked[..4]);
        Assert.Equal(10, _asked);
    }

    [Fact]
    public async Task What_a_late_store_shows_in_the_end_is_found_and_asked_for_at_once_the_next_time()
    {
        _store.IsLate = true;
        Assert.Null(await FindAsync());
        await _store.Data.PutAsync(s_key, s_content, PutCondition.None, CancellationToken.None);
        Assert.Null(await FindAsync());
        _time.Pass(TimeSpan.FromMilliseconds(50));
        Assert.Equal(s_content, (await FindAsync())!.Value.ToArray());
        Assert.Equal(s_content, (await FindAsync())!.Value.ToArray());
    }

    [Fact]
    public async Task Several_who_ask_at_once_are_told_once()
    {
        _store.IsLate = true;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.Before = async (_, _) =>
        {
            if (++_asked == 5)
                all.SetResult();
            if (_asked <= 5)
                await all.Task;
        };
        Task<ReadOnlyMemory<byte>?>[] finds = [.. Enumerable.Range(0, 5).Select(_ => FindAsync().AsTask())];
        _ = await Task.WhenAll(finds);
        Assert.Equal(5, _asked);
        _time.Pass(TimeSpan.FromMilliseconds(50));
        Assert.Null(await FindAsync());
        Assert.Equal(6, _asked);
    }

    [Fact]
    public async Task Whoever_has_to_know_asks_anyway()
    {
        _store.IsLate = true;
        Assert.Null(await FindAsync());
        await _store.Data.PutAsync(s_key, s_content, PutCondition.None, CancellationToken.None);
        Assert.Null(await FindAsync());
        Assert.Equal(s_content, (await FindAsync(asksAnyway: true))!.Value.ToArray());
    }

    [Fact]
    public async Task What_came_damaged_eight_times_is_not_asked_for_at_once_again_and_each_time_a_while_later()
    {
        byte[] damaged = [.. s_content];
        damaged[^1] ^= 1;
        await _store.Data.PutAsync(s_key, damaged, PutCondition.None, CancellationToken.None);
        _asked = 0;
        List<int> asked = [];
        for (int tenth = 0; tenth < 100; tenth++)
        {
            for (int times = 0; times < 5; times++)
                Assert.Equal(StorageErrorKind.Corrupt, (await Assert.ThrowsAsync<StorageException>(async () => await FindAsync())).Kind);
            asked.Add(_asked);
            _time.Pass(TimeSpan.FromMilliseconds(50));
        }

        // Five times at 0, three times at 50; then at 100, 200, 400, 800 ms, and every 800 ms.
        Assert.Equal([5, 8, 9, 9, 10], asked[..5]);
        Assert.Equal(17, _asked);

        // Whoever mends it, and whoever has to know.
        await _store.Data.PutAsync(s_key, s_content, PutCondition.None, CancellationToken.None);
        Assert.Equal(s_content, (await FindAsync(asksAnyway: true))!.Value.ToArray());
        Assert.Equal(s_content, (await FindAsync())!.Value.ToArray());
    }

    [Fact]
    public async Task A_store_that_shows_at_once_is_asked_each_time()
    {
        Assert.Null(await FindAsync());
        await _store.Data.PutAsync(s_key, s_content, PutCondition.None, CancellationToken.None);
        Assert.Equal(s_content, (await FindAsync())!.Value.ToArray());
    }

    [Fact]
    public void Whoever_waits_for_a_store_that_is_taken_away_asks_the_next() => new VirtualWorld().Run(
        async _ =>
        {
            _store.Before = null;
            await _store.Data.PutAsync(s_key, s_content, PutCondition.None, CancellationToken.None);
            (RemoteFiles files, DataFiles silent, Task asked) = WithSilent();
            files.Add("remote", new DataFiles(_store.Data, null));
            ValueTask<ReadOnlyMemory<byte>?> finding = files.FindAsync(s_key, s_name, asksAnyway: false, CancellationToken.None);
            await asked;
            files.Remove(silent);
            Assert.Equal(s_content, (await finding)!.Value.ToArray());
        },
        TestContext.Current.CancellationToken);

    [Fact]
    public void What_only_a_store_may_have_that_is_taken_away_is_not_to_be_had() => new VirtualWorld().Run(
        async _ =>
        {
            (RemoteFiles files, DataFiles silent, Task asked) = WithSilent();
            ValueTask<ReadOnlyMemory<byte>?> finding = files.FindAsync(s_key, s_name, asksAnyway: false, CancellationToken.None);
            await asked;
            files.Remove(silent);
            Assert.Null(await finding);
            Assert.True(files.IsEmpty);
        },
        TestContext.Current.CancellationToken);

    [Fact]
    public void A_call_that_is_ended_says_so_also_when_the_store_is_taken_away() => new VirtualWorld().Run(
        async _ =>
        {
            (RemoteFiles files, DataFiles silent, Task asked) = WithSilent();
            using CancellationTokenSource ending = new();
            ValueTask<ReadOnlyMemory<byte>?> finding = files.FindAsync(s_key, s_name, asksAnyway: false, ending.Token);
            await asked;
            ending.Cancel();
            files.Remove(silent);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await finding);
        },
        TestContext.Current.CancellationToken);

    // A store that never answers, and when it was asked.
    private (RemoteFiles Files, DataFiles Silent, Task Asked) WithSilent()
    {
        TaskCompletionSource asked = new();
        WatchedStore store = new()
        {
            Before = (_, _) =>
            {
                asked.TrySetResult();
                return new ValueTask(new TaskCompletionSource().Task);
            },
        };
        RemoteFiles files = new(_time);
        DataFiles silent = new(store.Data, null);
        files.Add("silent", silent);
        return (files, silent, asked.Task);
    }

    private ValueTask<ReadOnlyMemory<byte>?> FindAsync(bool asksAnyway = false) => _files.FindAsync(s_key, s_name, asksAnyway, CancellationToken.None);
}
