namespace FireproofBench.Conformance;

/// <summary>Whether a Fireproof-like database is safe on a store.</summary>
public enum VerdictKind
{
    /// <summary>No clause failed.</summary>
    Safe,

    /// <summary>Safe under the settings that the verdict lists.</summary>
    SafeWith,

    /// <summary>Acknowledged data can be lost, or wrong data read.</summary>
    Unsafe,
}
