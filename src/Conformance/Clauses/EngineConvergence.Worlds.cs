using FireproofBench.Simulation.Planning;
using FireproofBench.Simulation.Running;

namespace FireproofBench.Conformance.Clauses;

internal static partial class EngineConvergence
{
    private const int WorldDevices = 3;
    private const int WorldSteps = 120;

    private static async Task<Finding> LivesInWorldsAsync(ClauseContext context)
    {
        int worlds = context.Plan.Budget switch
        {
            Budget.Quick => 4,
            Budget.Standard => 40,
            _ => 400,
        };
        TimeSpan time = TimeSpan.Zero;
        int writes = 0;
        for (int seed = 1; seed <= worlds; seed++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            WorldResult result = WorldRun.Run(PlanDrawing.Draw(seed, null, WorldDevices, WorldSteps), interrupt: context.Cancellation);
            ClauseContext.Require(
                result.IsSound,
                $"in a simulated world {(result.IsSound ? "" : $"{result.Violations[0].Claim} does not hold: {result.Violations[0].Evidence}")} (fireproofbench simulate --seed {seed} --steps {WorldSteps})");
            time += result.Elapsed;
            writes += result.Acknowledged.Count;
            await Task.Yield();
        }

        return Finding.Passed(
            $"in {worlds} simulated worlds over all sound profiles, {time.TotalMinutes:f0} minutes of virtual time with {writes} writes, {WorldDevices} devices each converged and lost nothing");
    }
}
