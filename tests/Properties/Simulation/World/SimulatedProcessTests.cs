using Xunit;

namespace FireproofBench.Properties.Simulation.World;

public sealed class SimulatedProcessTests
{
    [Fact]
    public void A_process_dies_between_two_steps_and_cleans_nothing_up()
    {
        List<string> told = Run(async (world, told) =>
        {
            SimulatedProcess process = new(world) { Died = () => told.Add("died") };
            _ = process.Start(async () =>
            {
                try
                {
                    told.Add("begins");
                    await Task.Delay(TimeSpan.FromSeconds(5), world.Time, CancellationToken.None);
                    told.Add("goes on");
                }
                finally
                {
                    told.Add("cleans up");
                }
            });
            await Task.Delay(TimeSpan.FromSeconds(1), world.Time, CancellationToken.None);
            process.Kill();
            await Task.Delay(TimeSpan.FromSeconds(60), world.Time, CancellationToken.None);
        });
        Assert.Equal(["begins", "died"], told);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void A_process_dies_after_the_steps_that_it_was_given(int steps)
    {
        List<string> told = Run(async (world, told) =>
        {
            SimulatedProcess process = new(world) { DiesAfter = steps };
            _ = process.Start(async () =>
            {
                while (true)
                {
                    told.Add("step");
                    await Task.Yield();
                }
            });
            await Task.Delay(TimeSpan.FromSeconds(1), world.Time, CancellationToken.None);
            Assert.True(process.IsDead);
        });
        Assert.Equal(steps, told.Count);
    }

    [Fact]
    public void What_one_process_waits_for_goes_on_when_another_one_dies()
    {
        List<string> told = Run(async (world, told) =>
        {
            SimulatedProcess one = new(world);
            SimulatedProcess other = new(world);
            TaskCompletionSource shared = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _ = one.Start(async () =>
            {
                await shared.Task;
                told.Add("one");
            });
            Task lives = other.Start(async () =>
            {
                await shared.Task;
                told.Add("other");
            });
            await Task.Yield();
            one.Kill();
            shared.SetResult();
            await lives;
        });
        Assert.Equal(["other"], told);
    }

    [Fact]
    public void Each_seed_draws_another_order_and_the_same_one_each_time()
    {
        static string Order(long seed)
        {
            List<int> order = [];
            VirtualWorld world = new(new Dice(seed, "order"));
            _ = world.Run(
                async _ =>
                {
                    await Task.WhenAll(Enumerable.Range(0, 5).Select(number => world.Start(async () =>
                    {
                        await Task.Delay(TimeSpan.FromSeconds(1), world.Time, CancellationToken.None);
                        order.Add(number);
                    })));
                    return true;
                },
                CancellationToken.None);
            return string.Join(' ', order);
        }

        Assert.All(Enumerable.Range(1, 50), static seed => Assert.Equal(Order(seed), Order(seed)));
        Assert.True(Enumerable.Range(1, 200).Select(static seed => Order(seed)).Distinct().Count() > 60, "five tasks that are ready at once can go on in 120 orders");
    }

    private static List<string> Run(Func<VirtualWorld, List<string>, Task> main)
    {
        List<string> told = [];
        VirtualWorld world = new();
        _ = world.Run(
            async _ =>
            {
                await main(world, told);
                return true;
            },
            CancellationToken.None);
        return told;
    }
}
