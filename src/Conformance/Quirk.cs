namespace FireproofBench.Conformance;

/// <summary>An oddity of a store that breaks no clause but is good to know.</summary>
/// <param name="ClauseId">The clause whose check met it, or <see cref="OfStore"/>.</param>
/// <param name="Text">One sentence.</param>
internal sealed record Quirk(string ClauseId, string Text)
{
    /// <summary>Stands in place of a clause for what the gateway itself tells.</summary>
    public const string OfStore = "store";
}
