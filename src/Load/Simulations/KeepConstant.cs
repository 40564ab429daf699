namespace FireproofBench.Load.Simulations;

/// <summary>Closed: so many copies run at once, each one iteration after the other.</summary>
/// <param name="Count">How many.</param>
/// <param name="Duration">How long.</param>
internal sealed record KeepConstant(int Count, TimeSpan Duration) : LoadSimulation(Duration)
{
    /// <inheritdoc/>
    public override (int From, int To)? Copies => (Count, Count);

    /// <inheritdoc/>
    public override LoadSimulation WarmUp(TimeSpan duration) => this with { Duration = duration };
}
