namespace FireproofBench.Conformance.Histories;

/// <summary>What a checker says of a history.</summary>
/// <param name="Checked">How many operations it looked at that could have broken the property.</param>
/// <param name="Violation">What breaks the property; null when nothing does.</param>
/// <param name="Undecided">Why the checker came to no end; null when it did.</param>
internal sealed record HistoryJudgement(int Checked, HistoryViolation? Violation = null, string? Undecided = null)
{
    /// <summary>Whether the property holds.</summary>
    public bool Holds => Violation is null && Undecided is null;
}
