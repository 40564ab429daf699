using FireproofBench.Simulation.Running;
using FireproofBench.Simulation.World;
using Xunit;

namespace FireproofBench.Properties.Simulation.Running;

public sealed class WatchdogTests
{
    [Fact]
    public void Code_without_an_end_is_stopped()
    {
        long turns = 0;
        Assert.False(new Watchdog(TimeProvider.System, TimeSpan.FromMilliseconds(400)).TryRun(Turn, new Pulse()));
        Assert.True(turns > 0);

        void Turn()
        {
            while (true)
                turns++;
        }
    }

    [Fact]
    public void Code_that_takes_longer_and_goes_on_comes_to_its_end()
    {
        Pulse pulse = new();
        Assert.True(new Watchdog(TimeProvider.System, TimeSpan.FromSeconds(2)).TryRun(Work, pulse));

        void Work()
        {
            for (int step = 0; step < 40; step++)
            {
                pulse.Beat();
                Thread.Sleep(100);
            }
        }
    }

    [Fact]
    public void What_it_throws_comes_through() =>
        Assert.Throws<FormatException>(() => new Watchdog(TimeProvider.System, TimeSpan.FromMinutes(1)).TryRun(static () => throw new FormatException(), new Pulse()));
}
