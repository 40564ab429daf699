namespace FireproofBench.Conformance;

/// <summary>What came of a clause.</summary>
public enum ClauseOutcome
{
    /// <summary>Checked, and nothing spoke against it.</summary>
    Passed,

    /// <summary>The store broke the requirement; the evidence says where.</summary>
    Failed,

    /// <summary>The store says honestly that it has no such feature.</summary>
    Unsupported,

    /// <summary>Could not be judged here; the evidence says why.</summary>
    Inconclusive,
}
