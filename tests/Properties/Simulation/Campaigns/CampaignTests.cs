using FireproofBench.Properties.Simulation.Running;
using FireproofBench.Scenarios.Simulating;
using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;
using Xunit;

namespace FireproofBench.Properties.Simulation.Campaigns;

public sealed class CampaignTests
{
    private static CampaignOptions Options => new() { Seeds = new SeedRange(1, 6), Devices = 2, Steps = 10, Workers = 2 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_seed_is_run_once_and_what_they_did_is_added_up()
    {
        List<long> seeds = [];
        CampaignResult result = await new Campaign(Options, (_, newest) => seeds.Add(newest.Plan.Seed)).RunAsync(Token);
        Assert.Equal([1, 2, 3, 4, 5, 6], seeds.Order());
        Assert.True(result.IsSound);
        Assert.Equal((6L, 6L, 6L), (result.Seeds, result.LastSeed, result.Profiles.Values.Sum()));
        Assert.Equal(Enumerable.Range(1, 6).Sum(static seed => WorldRun.Run(Options.PlanOf(seed)).Requests), result.Requests);
    }

    [Fact]
    public async Task Equal_campaigns_have_equal_digests_in_whatever_order_their_worlds_end()
    {
        CampaignResult one = await new Campaign(Options with { Workers = 1 }, static (_, _) => { }).RunAsync(Token);
        CampaignResult three = await new Campaign(Options with { Workers = 3 }, static (_, _) => { }).RunAsync(Token);
        CampaignResult more = await new Campaign(Options with { Seeds = new SeedRange(1, 7) }, static (_, _) => { }).RunAsync(Token);
        Assert.Equal(32, one.Digest.Length);
        Assert.Equal(one.Digest, three.Digest);
        Assert.NotEqual(one.Digest, more.Digest);
    }

    [Fact]
    public async Task A_world_with_a_piece_of_code_that_does_not_end_is_given_up_and_told_with_its_plan()
    {
        using ManualResetEventSlim never = new();
        CampaignResult result = await new Campaign(Options with { Patience = TimeSpan.FromSeconds(1) }, static (_, _) => { }, Run).RunAsync(Token);
        never.Set();
        WorldResult failure = Assert.Single(result.Failures);
        Assert.Equal((4L, true, Claim.Liveness), (failure.Plan.Seed, failure.IsEndless, failure.Violations[0].Claim));
        Assert.Equal("a piece of code did not end in 1 s of real time, after 3 others", failure.Violations[0].Evidence);

        WorldResult Run(Plan plan, Pulse pulse)
        {
            if (plan.Seed != 4)
                return WorldRun.Run(plan, pulse: pulse);
            for (int i = 0; i < 3; i++)
                pulse.Beat();
            never.Wait(Token);
            return WorldRun.Run(plan);
        }
    }

    [Fact]
    public async Task A_world_that_breaks_off_is_told_with_its_seed_and_the_others_are_run()
    {
        CampaignResult result = await new Campaign(Options with { Workers = 1 }, static (_, _) => { }, static (plan, pulse) =>
            WorldRun.Run(plan.Seed == 4 ? WorldThatBreaksOff.Made(plan) : plan, pulse: pulse)).RunAsync(Token);
        WorldResult failure = Assert.Single(result.Failures);
        Assert.Equal((4L, Claim.NoSurprises), (failure.Plan.Seed, Assert.Single(failure.Violations).Claim));
        Assert.Equal(6, result.Seeds);
    }

    [Fact]
    public async Task A_world_that_takes_long_and_goes_on_is_waited_for()
    {
        CampaignResult result = await new Campaign(Options with { Seeds = new SeedRange(1, 1), Patience = TimeSpan.FromSeconds(2) }, static (_, _) => { }, Run).RunAsync(Token);
        Assert.True(result.IsSound);
        Assert.Equal(1, result.Seeds);

        static WorldResult Run(Plan plan, Pulse pulse)
        {
            for (int i = 0; i < 30; i++)
            {
                pulse.Beat();
                Thread.Sleep(100);
            }

            return WorldRun.Run(plan);
        }
    }

    [Fact]
    public async Task Two_runs_of_a_seed_that_are_not_alike_are_told()
    {
        int runs = 0;
        CampaignResult result = await new Campaign(Options with { Twice = true, Workers = 1 }, static (_, _) => { }, (plan, _) =>
            WorldRun.Run(plan) is var world && plan.Seed == 3 && ++runs == 2 ? world with { Digest = "another" } : world).RunAsync(Token);
        Assert.Equal([3], result.Unlike);
        Assert.False(result.IsSound);
    }
}
