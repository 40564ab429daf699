namespace FireproofBench.Load.Results;

/// <summary>What runs must have in common for their figures to be compared over time.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="Provider">What the store is.</param>
/// <param name="Url">The store's address as people may see it.</param>
/// <param name="Plan">The load.</param>
/// <param name="Settings">The numbers of the scenario.</param>
internal sealed record RunKind(string Scenario, string Provider, string Url, string Plan, string Settings);
