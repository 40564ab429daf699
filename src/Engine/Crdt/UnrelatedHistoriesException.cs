namespace FireproofBench.Engine.Crdt;

/// <summary>Heads that have no event in common: they belong to different databases.</summary>
public sealed class UnrelatedHistoriesException() : Exception("The heads have no event in common: they belong to different databases.");
