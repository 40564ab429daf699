namespace FireproofBench.Properties.Conformance;

/// <summary>Hears of nothing.</summary>
internal sealed class SilentObserver : IRunObserver
{
    private SilentObserver()
    {
    }

    public static SilentObserver Instance { get; } = new();

    public void Started(int clauses, BudgetPlan plan, string prefix)
    {
    }

    public void Ended(ClauseResult result, int ended, int clauses)
    {
    }

    public void Note(string text)
    {
    }
}
