namespace FireproofBench.Conformance.Stores;

/// <summary>How the heads of a database are to be kept on the store.</summary>
internal enum HeadsLayout
{
    /// <summary>Each head is an object of its own, or a server merges them.</summary>
    Multi,

    /// <summary>All heads in one mutable object, which needs compare-and-swap.</summary>
    Single,
}
