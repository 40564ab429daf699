using Xunit;

namespace FireproofBench.Properties.Simulation.World;

public sealed class VirtualWorldTests
{
    [Fact]
    public void A_wait_of_a_year_takes_no_time_and_is_a_year_by_the_clock()
    {
        VirtualWorld world = new();
        DateTimeOffset start = world.Time.GetUtcNow();
        TimeSpan waited = world.Run(
            async _ =>
            {
                await Task.Delay(TimeSpan.FromDays(40), world.Time, CancellationToken.None);
                return world.Time.GetUtcNow() - start;
            },
            CancellationToken.None);
        Assert.InRange(waited, TimeSpan.FromDays(40), TimeSpan.FromDays(40) + TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void Waits_end_in_the_order_of_their_times_and_equal_ones_in_the_order_of_their_beginning()
    {
        VirtualWorld world = new();
        List<int> order = world.Run(
            async _ =>
            {
                List<int> ended = [];
                async Task WaitAsync(int number, int milliseconds)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), world.Time, CancellationToken.None);
                    ended.Add(number);
                }

                await Task.WhenAll(WaitAsync(1, 30), WaitAsync(2, 10), WaitAsync(3, 20), WaitAsync(4, 10));
                return ended;
            },
            CancellationToken.None);
        Assert.Equal([2, 4, 3, 1], order);
    }

    [Fact]
    public void Whoever_asks_for_the_time_again_and_again_gets_there()
    {
        VirtualWorld world = new();
        int asked = world.Run(
            async _ =>
            {
                int times = 0;
                for (long start = world.Time.GetTimestamp(); world.Time.GetElapsedTime(start) < TimeSpan.FromMilliseconds(1); times++)
                    await Task.Yield();
                return times;
            },
            CancellationToken.None);
        Assert.Equal(1000, asked);
    }

    [Fact]
    public void A_world_in_which_all_wait_for_ever_says_so() =>
        Assert.Throws<WorldStoppedException>(() => new VirtualWorld().Run<int>(
            static async _ =>
            {
                await new TaskCompletionSource().Task;
                return 0;
            },
            CancellationToken.None));

    [Fact]
    public void Something_that_comes_back_from_another_thread_is_told_and_not_waited_for()
    {
        InvalidOperationException told = Assert.Throws<InvalidOperationException>(() =>
        {
            VirtualWorld world = new();
            return world.Run(
                async _ =>
                {
                    Task elsewhere = Task.Run(static () => Thread.Sleep(20), CancellationToken.None);
                    async Task<int> LeaveAsync()
                    {
                        await elsewhere;
                        return 0;
                    }

                    Task<int> leaving = LeaveAsync();
                    while (!leaving.IsCompleted)
                        await Task.Delay(TimeSpan.FromSeconds(1), world.Time, CancellationToken.None);
                    return await leaving;
                },
                CancellationToken.None);
        });
        Assert.Contains("another thread", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wish_to_stop_reaches_what_runs_on_its_own_thread()
    {
        using CancellationTokenSource interrupt = new();
        VirtualWorld world = new();
        int thread = Environment.CurrentManagedThreadId;
        bool isSame = world.Run(
            async token =>
            {
                interrupt.Cancel();
                TaskCompletionSource<bool> told = new();
                await using CancellationTokenRegistration registration = token.Register(() => told.SetResult(Environment.CurrentManagedThreadId == thread));
                return await told.Task;
            },
            interrupt.Token);
        Assert.True(isSame);
    }
}
