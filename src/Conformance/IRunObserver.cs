namespace FireproofBench.Conformance;

/// <summary>Is told how a run goes on. Calls come from several threads, one at a time.</summary>
internal interface IRunObserver
{
    /// <summary>The store answered; the clauses start now.</summary>
    void Started(int clauses, BudgetPlan plan, string prefix);

    /// <summary>A clause came to its end.</summary>
    void Ended(ClauseResult result, int ended, int clauses);

    /// <summary>Something else that the user may want to know.</summary>
    void Note(string text);
}
