using FireproofBench.Gateways.Memory;
using Xunit;

namespace FireproofBench.Properties.Conformance.Wire;

public sealed class ChannelListenerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void Who_waits_in_vain_looks_once_a_message_and_once_when_the_patience_is_over()
    {
        VirtualWorld world = new();
        (int looks, TimeSpan waited) = world.Run(
            async cancellation =>
            {
                MemoryMetadataGateway heads = new();
                EventGraph events = new(new Dice(7, "listener"));
                await using ChannelListener listener = new(heads, events, world.Time);
                int looked = 0;
                bool IsReached() => ++looked > 100 ? throw new InvalidOperationException("It looks again and again, and no time passes.") : false;
                long start = world.Time.GetTimestamp();
                Task<bool> waiting = listener.UntilAsync(IsReached, s_patience, cancellation);

                // The message comes after some steps of computing, so that what is left of the patience is no whole number of milliseconds.
                for (int i = 0; i < 10; i++)
                    await Task.Yield();
                await heads.PublishAsync(events.Make([]).Entry, [], cancellation);
                Assert.False(await waiting);
                Assert.Equal(1, listener.Messages);
                return (looked, world.Time.GetElapsedTime(start));
            },
            TestContext.Current.CancellationToken);
        Assert.InRange(looks, 3, 4);
        Assert.InRange(waited, s_patience, s_patience + TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void A_wait_that_is_cancelled_is_no_wait_in_vain()
    {
        VirtualWorld world = new();
        _ = world.Run(
            async cancellation =>
            {
                await using ChannelListener listener = new(new MemoryMetadataGateway(), new EventGraph(new Dice(7, "listener")), world.Time);
                using CancellationTokenSource end = new();
                Task<bool> waiting = listener.UntilAsync(static () => false, s_patience, end.Token);
                Concurrently.Cancel(end);
                return await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            },
            TestContext.Current.CancellationToken);
    }
}
