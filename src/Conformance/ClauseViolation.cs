namespace FireproofBench.Conformance;

/// <summary>Ends a check at the moment the store broke the clause.</summary>
/// <param name="evidence">What was asked, what came, in one sentence with figures.</param>
#pragma warning disable CA1064 // Internal as everything here: it never leaves the runner.
internal sealed class ClauseViolation(string evidence) : Exception(evidence);
#pragma warning restore CA1064
