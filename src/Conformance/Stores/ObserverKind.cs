namespace FireproofBench.Conformance.Stores;

/// <summary>Who looks, seen from the one who wrote.</summary>
internal enum ObserverKind
{
    /// <summary>The writer itself.</summary>
    SameClient,

    /// <summary>A client of its own, at the same endpoint.</summary>
    OtherClient,

    /// <summary>A client at another endpoint of the store.</summary>
    OtherEndpoint,
}
