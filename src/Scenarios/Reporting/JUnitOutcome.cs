namespace FireproofBench.Scenarios.Reporting;

/// <summary>How a test case came out.</summary>
internal enum JUnitOutcome
{
    /// <summary>It passed.</summary>
    Passed,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It could not be told.</summary>
    Skipped,
}
