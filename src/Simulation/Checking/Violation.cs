namespace FireproofBench.Simulation.Checking;

/// <summary>Something that must not be.</summary>
/// <param name="Claim">What does not hold.</param>
/// <param name="At">When it was seen, since the beginning of the world.</param>
/// <param name="Evidence">What was seen, and what should have been.</param>
internal sealed record Violation(Claim Claim, TimeSpan At, string Evidence);
