namespace FireproofBench.Scenarios.Reporting;

/// <summary>A test case of a JUnit document.</summary>
/// <param name="ClassName">What it is grouped by.</param>
/// <param name="Name">Its name.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Outcome">How it came out.</param>
/// <param name="Message">What was seen.</param>
internal sealed record JUnitCase(string ClassName, string Name, TimeSpan Elapsed, JUnitOutcome Outcome, string Message)
{
    /// <summary>Of a failure, its kind.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Of a failure, what to do next.</summary>
    public string Advice { get; init; } = "";
}
