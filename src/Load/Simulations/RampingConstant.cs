namespace FireproofBench.Load.Simulations;

/// <summary>Closed: the number of copies goes from one to another.</summary>
/// <param name="From">Copies at the start.</param>
/// <param name="To">Copies at the end.</param>
/// <param name="Duration">How long.</param>
internal sealed record RampingConstant(int From, int To, TimeSpan Duration) : LoadSimulation(Duration)
{
    /// <inheritdoc/>
    public override (int From, int To)? Copies => (From, To);

    /// <inheritdoc/>
    public override LoadSimulation WarmUp(TimeSpan duration) => From > 0 ? new KeepConstant(From, duration) : new Pause(duration);
}
