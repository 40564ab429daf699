namespace FireproofBench.Load.Results;

/// <summary>All that a step of one run did, or of several that went on side by side.</summary>
/// <param name="Name">The step.</param>
/// <param name="Totals">Its calls.</param>
/// <param name="PerSecond">Successful calls a second of load.</param>
internal sealed record RunTotalsStep(string Name, StepTotals Totals, double PerSecond)
{
    /// <summary>The same step of several runs as one.</summary>
    /// <param name="steps">At least one; they stay as they are.</param>
    public static RunTotalsStep Merge(IReadOnlyList<RunTotalsStep> steps)
    {
        StepTotals totals = new();
        foreach (RunTotalsStep step in steps)
            totals.Add(step.Totals);
        return new RunTotalsStep(steps[0].Name, totals, steps.Sum(static step => step.PerSecond));
    }
}
