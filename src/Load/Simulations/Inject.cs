namespace FireproofBench.Load.Simulations;

/// <summary>Open: iterations begin at a constant rate, whatever became of those before.</summary>
/// <param name="PerSecond">Arrivals a second.</param>
/// <param name="Duration">How long.</param>
internal sealed record Inject(double PerSecond, TimeSpan Duration) : LoadSimulation(Duration)
{
    /// <inheritdoc/>
    public override (double From, double To)? Rate => (PerSecond, PerSecond);

    /// <inheritdoc/>
    public override LoadSimulation WarmUp(TimeSpan duration) => this with { Duration = duration };
}
