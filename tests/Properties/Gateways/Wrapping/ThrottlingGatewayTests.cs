using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;
using Xunit;

namespace FireproofBench.Properties.Gateways.Wrapping;

public sealed class ThrottlingGatewayTests
{
    private readonly JumpingTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Calls_keep_the_rate_after_the_burst()
    {
        ThrottlingGateway gateway = Gateway(new ThrottleOptions { Time = _time, RequestsPerSecond = 10, RequestBurst = 5 });
        long start = _time.GetTimestamp();
        for (int i = 0; i < 25; i++)
            _ = await gateway.HeadAsync("k", Token);
        Assert.Equal(2.0, _time.GetElapsedTime(start).TotalSeconds, 3);
        _time.Pass(TimeSpan.FromSeconds(60));
        _time.Waits.Clear();
        for (int i = 0; i < 5; i++)
            _ = await gateway.HeadAsync("k", Token);
        Assert.Empty(_time.Waits);
    }

    [Fact]
    public async Task Bytes_of_both_ways_keep_the_rate_and_a_large_object_goes_as_one()
    {
        ThrottlingGateway gateway = Gateway(new ThrottleOptions { Time = _time, BytesPerSecond = 1000, ByteBurst = 100 });
        long start = _time.GetTimestamp();
        _ = await gateway.PutAsync("k", new byte[5000], PutCondition.None, Token);
        Assert.Equal(0, _time.GetElapsedTime(start).TotalSeconds, 3);
        _ = await gateway.GetAsync("k", null, Token);
        _ = await gateway.PutAsync("k", new ContentSource(100, _ => ValueTask.FromResult<Stream>(new MemoryStream(new byte[100]))), PutCondition.None, Token);
        Assert.Equal(10.0, _time.GetElapsedTime(start).TotalSeconds, 3);
    }

    [Fact]
    public async Task A_cancelled_wait_gives_its_turn_back()
    {
        ThrottlingGateway gateway = Gateway(new ThrottleOptions { Time = TimeProvider.System, RequestsPerSecond = 0.001, RequestBurst = 1 });
        _ = await gateway.HeadAsync("k", Token);
        for (int i = 0; i < 3; i++)
        {
            using CancellationTokenSource end = new(TimeSpan.FromMilliseconds(20));
            _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await gateway.HeadAsync("k", end.Token));
        }

        TokenBucket bucket = new(1, 1, _time);
        await bucket.TakeAsync(1, Token);
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await bucket.TakeAsync(1, new CancellationToken(true)));
        _time.Pass(TimeSpan.FromSeconds(1));
        _time.Waits.Clear();
        await bucket.TakeAsync(1, Token);
        Assert.Empty(_time.Waits);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(1, 0.5)]
    public void A_rate_that_lets_nothing_through_is_refused(double rate, double burst) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Gateway(new ThrottleOptions { Time = _time, RequestsPerSecond = rate, RequestBurst = burst }));

    private ThrottlingGateway Gateway(ThrottleOptions options) => new(new MemoryDataGateway(_time), options);
}
