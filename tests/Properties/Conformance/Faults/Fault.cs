using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>A way in which a store can be wrong.</summary>
/// <param name="Id">A short name.</param>
/// <param name="Make">Makes a store that has it.</param>
/// <param name="KilledBy">The clauses that must fail on it.</param>
internal sealed record Fault(string Id, Func<IDataGateway> Make, params string[] KilledBy);
