namespace FireproofBench.Simulation.Planning;

/// <summary>One step of a plan.</summary>
/// <param name="Number">Its place in the plan as it was drawn, from 1: it keeps it when other steps are left out.</param>
/// <param name="At">When it begins, since the beginning of the world.</param>
/// <param name="Device">Which device makes it, from 0.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Chance">The seed of all that the step itself leaves to chance.</param>
internal sealed record Step(int Number, TimeSpan At, int Device, StepKind Kind, long Chance);
