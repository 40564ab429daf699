using FireproofBench.Gateways;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>Opens the store that a URL names.</summary>
/// <param name="url">The URL.</param>
/// <param name="token">The bearer token for an endpoint; null for none.</param>
/// <param name="cancellation">Ends the call.</param>
/// <exception cref="UsageException">The URL is none that is known here.</exception>
internal delegate ValueTask<StoreUnderTest> StoreOpener(string url, Secret? token, CancellationToken cancellation);
