using FireproofBench.Gateways.Http;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Gateways.Http;

/// <summary>A call ends because nothing moved for too long, or because its caller wants it to: which of the two came first is what it is told as.</summary>
public sealed class HttpPatienceTests : IDisposable
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private readonly SteppedTime _time = new();
    private readonly CancellationTokenSource _caller = new();
    private readonly HttpPatience _patience;

    public HttpPatienceTests() => _patience = new HttpPatience(s_idle, _time, _caller.Token);

    public void Dispose()
    {
        _patience.Dispose();
        _caller.Dispose();
    }

    [Fact]
    public void What_moves_goes_on()
    {
        for (int times = 0; times < 5; times++)
        {
            _time.Pass(s_idle * 0.9);
            _patience.Touch();
        }

        Assert.False(_patience.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_deadline_stays_one_when_the_caller_wants_the_end_after_it()
    {
        _time.Pass(s_idle);
        Assert.True(_patience.IsOver);
        _caller.Cancel();
        Assert.True(_patience.IsOver);
    }

    [Fact]
    public void A_wish_stays_one_when_the_time_is_up_after_it()
    {
        _caller.Cancel();
        Assert.True(_patience.Token.IsCancellationRequested);
        _time.Pass(s_idle);
        Assert.False(_patience.IsOver);
    }
}
