namespace FireproofBench.Scenarios.Providers;

/// <summary>A known provider that a store was recognised as.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="By">What told it, such as <c>host s3.example.com</c>.</param>
internal sealed record RecognisedProvider(KnownProvider Provider, string By);
