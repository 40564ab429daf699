using System.Collections.Immutable;
using FireproofBench.Conformance.Measuring;

namespace FireproofBench.Load.Results;

/// <summary>What a run cost and left.</summary>
/// <param name="Requests">Requests, the preparation and the check at the end included.</param>
/// <param name="Sent">Bytes of objects that were sent.</param>
/// <param name="Received">Bytes of objects that came.</param>
/// <param name="Leftovers">What is still there under the run's prefix, and of its databases; null as long as nothing was cleaned up.</param>
/// <param name="Unverified">Why not all could be looked at in the end; null when it was.</param>
internal sealed record LoadAftermath(RequestCounts Requests, long Sent, long Received, ImmutableArray<string>? Leftovers, string? Unverified);
