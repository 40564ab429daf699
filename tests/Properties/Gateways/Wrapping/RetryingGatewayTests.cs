using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Wrapping;
using Xunit;

namespace FireproofBench.Properties.Gateways.Wrapping;

public sealed class RetryingGatewayTests
{
    private readonly JumpingTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StorageErrorKind.Throttled, true, true)]
    [InlineData(StorageErrorKind.Transient, true, true)]
    [InlineData(StorageErrorKind.Ambiguous, true, false)]
    [InlineData(StorageErrorKind.Conflict, false, false)]
    [InlineData(StorageErrorKind.NotAuthorized, false, false)]
    [InlineData(StorageErrorKind.PreconditionFailed, false, false)]
    [InlineData(StorageErrorKind.Permanent, false, false)]
    [InlineData(StorageErrorKind.Corrupt, false, false)]
    [InlineData(StorageErrorKind.MissingContainer, false, false)]
    [InlineData(StorageErrorKind.InvalidName, false, false)]
    [InlineData(StorageErrorKind.NoSpace, false, false)]
    [InlineData(StorageErrorKind.Unsupported, false, false)]
    [InlineData(StorageErrorKind.InUse, false, false)]
    public async Task Only_what_may_be_repeated_is(StorageErrorKind kind, bool plain, bool conditional)
    {
        (Func<IDataGateway, Task> Call, bool Repeats)[] calls =
        [
            (s => s.GetAsync("k", null, Token).AsTask(), plain),
            (s => s.HeadAsync("k", Token).AsTask(), plain),
            (s => s.ListAsync("", null, 1, Token).AsTask(), plain),
            (s => s.PutAsync("k", new byte[1], PutCondition.None, Token).AsTask(), plain),
            (s => s.PutAsync("k", Source(1), PutCondition.None, Token).AsTask(), plain),
            (s => s.DeleteAsync("k", null, Token).AsTask(), plain),
            (s => s.PutAsync("k", new byte[1], PutCondition.IfAbsent, Token).AsTask(), conditional),
            (s => s.PutAsync("k", Source(1), PutCondition.IfAbsent, Token).AsTask(), conditional),
            (s => s.PutAsync("k", new byte[1], PutCondition.IfMatches("v"), Token).AsTask(), conditional),
            (s => s.DeleteAsync("k", "v", Token).AsTask(), conditional),
        ];
        foreach ((Func<IDataGateway, Task> call, bool repeats) in calls)
        {
            Scripted below = new([.. Enumerable.Repeat(Scripted.Failure(kind), 10)]);
            StorageException failure = await Assert.ThrowsAsync<StorageException>(() => call(Over(below)));
            Assert.Equal((kind, repeats ? 4 : 1), (failure.Kind, below.Calls));
            Assert.Equal(repeats, failure.Message.Contains("after 4 attempts", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_call_that_goes_well_later_gives_its_result()
    {
        List<int> told = [];
        Scripted below = new(Scripted.Failure(StorageErrorKind.Transient), Scripted.Failure(StorageErrorKind.Throttled));
        string version = await Over(below, o => o with { Repeating = (_, attempt, _) => told.Add(attempt) }).PutAsync("k", Source(3), PutCondition.IfAbsent, Token);
        Assert.Equal([1, 2], told);
        Assert.Equal(version, (await below.HeadAsync("k", Token))!.Version);
    }

    [Fact]
    public async Task Pauses_double_up_to_the_longest_and_are_spread()
    {
        HashSet<TimeSpan> firsts = [];
        for (ulong seed = 0; seed < 8; seed++)
        {
            _time.Waits.Clear();
            Scripted below = new([.. Enumerable.Repeat(Scripted.Failure(StorageErrorKind.Transient), 7)]);
            _ = await Over(below, o => o with { Attempts = 8, Entropy = new SeededEntropy(seed), LongestPause = TimeSpan.FromSeconds(1) }).HeadAsync("k", Token);
            double[] longest = [100, 200, 400, 800, 1000, 1000, 1000];
            Assert.Equal(longest.Length, _time.Waits.Count);
            foreach ((TimeSpan wait, double most) in _time.Waits.Zip(longest))
                Assert.InRange(wait.TotalMilliseconds, most / 2, most);
            _ = firsts.Add(_time.Waits[0]);
        }

        Assert.True(firsts.Count > 4);
    }

    [Fact]
    public async Task The_wait_that_a_provider_asks_for_is_kept_and_one_beyond_reason_is_the_callers()
    {
        Scripted patient = new(Scripted.Failure(StorageErrorKind.Throttled, 30));
        _ = await Over(patient).HeadAsync("k", Token);
        Assert.InRange(Assert.Single(_time.Waits).TotalSeconds, 30, 30.1);
        Scripted busy = new(Scripted.Failure(StorageErrorKind.Throttled, 61));
        StorageException failure = await Assert.ThrowsAsync<StorageException>(async () => await Over(busy).HeadAsync("k", Token));
        Assert.Equal((1, TimeSpan.FromSeconds(61)), (busy.Calls, failure.RetryAfter));
    }

    [Fact]
    public async Task Cancelling_ends_a_pause()
    {
        using CancellationTokenSource end = new();
        RetryingGateway gateway = new(
            new Scripted(Scripted.Failure(StorageErrorKind.Throttled, 50)),
            new RetryOptions { Time = TimeProvider.System, Entropy = SystemEntropy.Instance, Repeating = (_, _, _) => end.CancelAfter(10) });
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await gateway.HeadAsync("k", end.Token));
    }

    [Fact]
    public async Task A_source_is_opened_again_for_each_attempt()
    {
        int opened = 0;
        ContentSource source = new(3, _ =>
        {
            opened++;
            return ValueTask.FromResult<Stream>(new MemoryStream(new byte[3]));
        });
        FaultyGateway lossy = new(
            new FireproofBench.Gateways.Memory.MemoryDataGateway(_time),
            FaultPlan.Of(new FaultRule(FaultKind.FailAfter) { Error = StorageErrorKind.Ambiguous, Limit = 2 }),
            new SeededEntropy(1),
            _time);
        _ = await Over(lossy).PutAsync("k", source, PutCondition.None, Token);
        Assert.Equal(3, opened);
    }

    private static ContentSource Source(int length) => new(length, _ => ValueTask.FromResult<Stream>(new MemoryStream(new byte[length])));

    private RetryingGateway Over(IDataGateway below, Func<RetryOptions, RetryOptions>? change = null)
    {
        RetryOptions options = new() { Time = _time, Entropy = new SeededEntropy(7), Attempts = 4 };
        return new RetryingGateway(below, change is null ? options : change(options));
    }
}
