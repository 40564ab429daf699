namespace FireproofBench.Conformance;

/// <summary>How much a run may ask of a store.</summary>
public enum Budget
{
    /// <summary>A first impression: seconds on a local store.</summary>
    Quick,

    /// <summary>Enough to meet rare faults: under a minute on a local store.</summary>
    Standard,

    /// <summary>The full counts of every clause, however long they take.</summary>
    Thorough,
}
