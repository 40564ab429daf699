namespace FireproofBench.Load.Recording;

/// <summary>What is counted on one processor, until it is collected: no processor waits for another's counters.</summary>
internal sealed class Stripe(int steps)
{
    /// <summary>Held by whoever counts or collects.</summary>
    public Lock Lock { get; } = new();

    /// <summary>The steps of iterations of the measured part.</summary>
    public StepTotals[] Measured { get; } = [.. Enumerable.Range(0, steps).Select(static _ => new StepTotals())];

    /// <summary>The steps of iterations of the warm-up.</summary>
    public StepTotals[] WarmUp { get; } = [.. Enumerable.Range(0, steps).Select(static _ => new StepTotals())];

    /// <summary>How late iterations of the measured part began.</summary>
    public Latencies Start { get; } = new();

    /// <summary>Iterations of the warm-up that began.</summary>
    public long Warm { get; set; }

    /// <summary>Events of the engine, by their names.</summary>
    public Dictionary<string, long> Events { get; } = new(StringComparer.Ordinal);

    /// <summary>The step of an iteration.</summary>
    public StepTotals Of(int step, bool isMeasured) => isMeasured ? Measured[step] : WarmUp[step];
}
