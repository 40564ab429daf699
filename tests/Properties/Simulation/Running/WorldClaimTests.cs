using FireproofBench.Simulation.Checking;
using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;
using Xunit;

namespace FireproofBench.Properties.Simulation.Running;

/// <summary>Claims that only a whole world can break: over a store that is wrong in one way, some world breaks them.</summary>
public sealed class WorldClaimTests
{
    private const int MostSeeds = 200;

    [Theory]
    [InlineData("E06", nameof(Claim.HeadCover))]
    [InlineData("E06", nameof(Claim.NoSurprises))]
    public void A_claim_does_not_hold_over_a_store_that_breaks_it(string fault, string claim) => Assert.Contains(
        Enumerable.Range(1, MostSeeds),
        seed => WorldRun.Run(PlanDrawing.Draw(seed, $"sim:fault/{fault}", 3, 60)).Violations.Any(violation => violation.Claim == Enum.Parse<Claim>(claim)));
}
