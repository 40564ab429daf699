namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>A way in which a gateway, or what is beside it, can be wrong about a sound store.</summary>
/// <param name="Id">A short name.</param>
/// <param name="Bend">Makes it wrong.</param>
/// <param name="KilledBy">The clauses that must fail on it.</param>
internal sealed record StoreFault(string Id, Func<StoreUnderTest, StoreUnderTest> Bend, params string[] KilledBy);
