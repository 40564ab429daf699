namespace FireproofBench.Power;

/// <summary>One run of the suite on one simulated store.</summary>
/// <param name="Url">The store.</param>
/// <param name="Budget">How much was asked of it.</param>
/// <param name="Seed">The seed of the run.</param>
/// <param name="Failed">The clauses that failed, with their evidence.</param>
/// <param name="Verdict">What the run said of the store.</param>
/// <param name="Leftovers">Objects that the run left.</param>
/// <param name="Requests">Requests that it made.</param>
/// <param name="Seconds">Virtual seconds that it took.</param>
internal sealed record Trial(string Url, string Budget, long Seed, IReadOnlyDictionary<string, string> Failed, string Verdict, int Leftovers, long Requests, double Seconds);
