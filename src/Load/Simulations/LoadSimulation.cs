namespace FireproofBench.Load.Simulations;

/// <summary>One stretch of load. In an open model iterations begin at times that were planned; in a closed one each copy begins the next when it has finished the one before.</summary>
/// <param name="Duration">How long it lasts.</param>
internal abstract record LoadSimulation(TimeSpan Duration)
{
    /// <summary>Arrivals a second at its start and at its end, with a straight line between them; null for a closed model.</summary>
    public virtual (double From, double To)? Rate => null;

    /// <summary>Copies at its start and at its end; null for an open model.</summary>
    public virtual (int From, int To)? Copies => null;

    /// <summary>The stretch that comes before the measured ones to warm everything up: as this one is at its start.</summary>
    /// <param name="duration">How long.</param>
    public virtual LoadSimulation WarmUp(TimeSpan duration) => new Pause(duration);
}
