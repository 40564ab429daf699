using FireproofBench.Endpoint.Push;
using Xunit;

namespace FireproofBench.Properties.Endpoint;

/// <summary>Waking many: nobody is left out, however many threads come to help.</summary>
public sealed class WakingTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(127)]
    [InlineData(129)]
    [InlineData(1000)]
    public async Task Everybody_is_woken(int count)
    {
        Signal[] signals = [.. Enumerable.Range(0, count).Select(static _ => new Signal())];
        Task[] waiting = [.. signals.Select(static one => one.WaitAsync().AsTask())];
        new Waking(signals).Run();
        await Task.WhenAll(waiting).WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_helper_that_comes_when_all_is_done_wakes_nobody()
    {
        Signal[] signals = [.. Enumerable.Range(0, 100).Select(static _ => new Signal())];
        Waking waking = new(signals);
        waking.Run();
        Assert.All(signals, static one => Assert.True(one.WaitAsync().AsTask().IsCompleted));
        waking.Execute();
        Assert.All(signals, static one => Assert.False(one.WaitAsync().AsTask().IsCompleted));
    }
}
