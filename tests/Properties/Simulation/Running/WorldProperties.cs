using FireproofBench.Simulation.Running;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Simulation.Running;

/// <summary>The world as a state machine: any steps by any devices in any order, with every fault among them.</summary>
public sealed class WorldProperties
{
    [Property(Arbitrary = [typeof(WorldPlans)], MaxTest = 120)]
    public void Whatever_devices_do_all_claims_hold(PlanUnderTest plan)
    {
        WorldResult result = WorldRun.Run(plan.Plan);
        Assert.True(result.IsSound, string.Join(Environment.NewLine, result.Violations.Select(static violation => $"{violation.Claim}: {violation.Evidence}")));
    }
}
