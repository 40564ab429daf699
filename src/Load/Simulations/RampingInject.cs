namespace FireproofBench.Load.Simulations;

/// <summary>Open: the rate goes from one to another.</summary>
/// <param name="From">Arrivals a second at the start.</param>
/// <param name="To">Arrivals a second at the end.</param>
/// <param name="Duration">How long.</param>
internal sealed record RampingInject(double From, double To, TimeSpan Duration) : LoadSimulation(Duration)
{
    /// <inheritdoc/>
    public override (double From, double To)? Rate => (From, To);

    /// <inheritdoc/>
    public override LoadSimulation WarmUp(TimeSpan duration) => From > 0 ? new Inject(From, duration) : new Pause(duration);
}
