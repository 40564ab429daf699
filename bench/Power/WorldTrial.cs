namespace FireproofBench.Power;

/// <summary>One fault of a store, and the worlds of databases that were run over it.</summary>
/// <param name="Id">The fault.</param>
/// <param name="Seeds">How many worlds were run, the one that violated a claim among them.</param>
/// <param name="Seed">Its seed; null when none did.</param>
/// <param name="Claim">The claim.</param>
/// <param name="Evidence">What was seen.</param>
internal sealed record WorldTrial(string Id, long Seeds, long? Seed, string? Claim, string? Evidence);
