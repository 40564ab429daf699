using FireproofBench.Scenarios.Simulating;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;
using Xunit;

namespace FireproofBench.Properties.Simulation.Campaigns;

public sealed class WatchedWorldTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private static Plan SmallPlan => new CampaignOptions { Seeds = new SeedRange(1, 1), Devices = 2, Steps = 10 }.PlanOf(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_world_that_comes_to_its_end_is_the_one_that_nobody_watched() =>
        Assert.Equal(WorldRun.Run(SmallPlan, keepsTrace: true).Digest, WatchedWorld.Run(SmallPlan, keepsTrace: true).Digest);

    [Fact]
    public void A_world_that_stands_still_is_abandoned_with_what_it_had_told_until_then()
    {
        using ManualResetEventSlim never = new();
        Pulse pulse = new();
        WorldRun world = WorldRun.Prepare(SmallPlan, keepsTrace: true, pulse);
        WorldResult result = WatchedWorld.Watch(world, pulse, StandStill, s_patience);
        never.Set();
        Assert.True(result.IsEndless);
        Violation violation = Assert.Single(result.Violations);
        Assert.Equal((Claim.Liveness, "a piece of code did not end in 1 s of real time, after 0 others"), (violation.Claim, violation.Evidence));

        WorldResult StandStill(WorldRun run)
        {
            pulse.Beat();
            never.Wait(Token);
            return run.Run(Token);
        }
    }

    [Fact]
    public void A_world_that_is_slow_and_goes_on_is_waited_for()
    {
        Pulse pulse = new();
        WorldResult result = WatchedWorld.Watch(WorldRun.Prepare(SmallPlan, keepsTrace: false, pulse), pulse, GoOnSlowly, s_patience);
        Assert.True(result.IsSound);

        WorldResult GoOnSlowly(WorldRun run)
        {
            for (int i = 0; i < 15; i++)
            {
                pulse.Beat();
                Thread.Sleep(100);
            }

            return run.Run(Token);
        }
    }

    [Fact]
    public void What_breaks_in_a_world_comes_out_as_it_is()
    {
        Pulse pulse = new();
        _ = Assert.Throws<InvalidDataException>(() => WatchedWorld.Watch(WorldRun.Prepare(SmallPlan, keepsTrace: false, pulse), pulse, static _ => throw new InvalidDataException(), s_patience));
    }
}
