namespace FireproofBench.Conformance;

/// <summary>Nobody looks on: the findings at the end say all.</summary>
internal sealed class UnwatchedRun : IRunObserver
{
    /// <inheritdoc/>
    public void Started(int clauses, BudgetPlan plan, string prefix)
    {
    }

    /// <inheritdoc/>
    public void Ended(ClauseResult result, int ended, int clauses)
    {
    }

    /// <inheritdoc/>
    public void Note(string text)
    {
    }
}
