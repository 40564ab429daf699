namespace FireproofBench.Load.Simulations;

/// <summary>Nothing begins.</summary>
/// <param name="Duration">How long.</param>
internal sealed record Pause(TimeSpan Duration) : LoadSimulation(Duration);
