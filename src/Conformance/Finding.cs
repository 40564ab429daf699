namespace FireproofBench.Conformance;

/// <summary>The answer of a check that came to its end.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Evidence">One sentence, with the number of trials.</param>
internal sealed record Finding(ClauseOutcome Outcome, string Evidence)
{
    /// <summary>The clause holds as far as was checked.</summary>
    public static Finding Passed(string evidence) => new(ClauseOutcome.Passed, evidence);

    /// <summary>The store honestly has no such feature.</summary>
    public static Finding Unsupported(string reason) => new(ClauseOutcome.Unsupported, reason);

    /// <summary>Nothing can be said, for this reason.</summary>
    public static Finding Inconclusive(string reason) => new(ClauseOutcome.Inconclusive, reason);

    /// <summary>A check for clauses that cannot be judged through what this run has in its hands.</summary>
    public static Func<ClauseContext, Task<Finding>> AlwaysInconclusive(string reason) => _ => Task.FromResult(Inconclusive(reason));

    /// <summary>A check for clauses about a feature that the storage port does not have.</summary>
    public static Func<ClauseContext, Task<Finding>> AlwaysUnsupported(string reason) => _ => Task.FromResult(Unsupported(reason));
}
