using FireproofBench.Simulation.Planning;

namespace FireproofBench.Properties.Simulation.Running;

/// <summary>A plan whose world throws what it does not expect of itself: its last step is so far away that no timer can wait for it.</summary>
internal static class WorldThatBreaksOff
{
    public static Plan Made(Plan plan) => plan with { Steps = plan.Steps.SetItem(plan.Steps.Length - 1, plan.Steps[^1] with { At = TimeSpan.FromDays(100) }) };
}
