namespace FireproofBench.Conformance;

/// <summary>How much a clause weighs for a Fireproof-like database.</summary>
public enum ClauseLevel
{
    /// <summary>Without it acknowledged data is lost or wrong data is read.</summary>
    Must,

    /// <summary>A MUST where all heads live in one mutable object; a MAY where each head is an object of its own.</summary>
    MustStar,

    /// <summary>Without it the database is safe under settings that the verdict names.</summary>
    Should,

    /// <summary>Good to have.</summary>
    May,
}
