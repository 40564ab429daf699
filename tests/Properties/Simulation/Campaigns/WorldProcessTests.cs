using FireproofBench.Scenarios.CommandLine;
using FireproofBench.Scenarios.Simulating;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;
using Xunit;

namespace FireproofBench.Properties.Simulation.Campaigns;

public sealed class WorldProcessTests
{
    private static Plan SmallPlan => new CampaignOptions { Seeds = new SeedRange(1, 1), Devices = 2, Steps = 10 }.PlanOf(1);

    [Fact]
    public void A_process_runs_a_plan_and_says_that_it_came_to_its_end()
    {
        WorldResult result = WorldProcess.Run(SmallPlan);
        Assert.True(result.IsSound);
        Assert.False(result.IsEndless);
    }

    [Fact]
    public void What_a_world_is_told_as_when_it_is_abandoned_is_what_a_process_is_searched_for()
    {
        string story = $"liveness: {WorldRun.EndlessEvidence(17, TimeSpan.FromSeconds(4))}";
        WorldResult result = WorldProcess.Result(SmallPlan, ExitCodes.Violation, story);
        Assert.True(result.IsEndless);
        Assert.False(result.IsSound);
    }

    [Fact]
    public void Another_violation_is_not_taken_for_a_world_without_an_end() =>
        Assert.False(WorldProcess.Result(SmallPlan, ExitCodes.Violation, "durability: a write was lost").IsEndless);

    [Theory]
    [InlineData(ExitCodes.CouldNotRun)]
    [InlineData(ExitCodes.Interrupted)]
    [InlineData(134)]
    public void A_process_that_did_not_run_its_world_is_no_answer(int exitCode)
    {
        UsageException failure = Assert.Throws<UsageException>(() => WorldProcess.Result(SmallPlan, exitCode, string.Empty));
        Assert.Contains($"ended with {exitCode}", failure.Message, StringComparison.Ordinal);
    }
}
