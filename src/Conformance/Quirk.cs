namespace FireproofBench.Conformance;

/// <summary>An oddity of a store that breaks no clause but is good to know.</summary>
/// <param name="ClauseId">The clause whose check met it.</param>
/// <param name="Text">One sentence.</param>
internal sealed record Quirk(string ClauseId, string Text);
