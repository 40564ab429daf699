using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>What follows from a message.</summary>
/// <param name="Answer">What is said; null when a subscription begins, whose first event is the answer.</param>
/// <param name="Subscribed">The subscription that begins; null for none.</param>
/// <param name="Opened">The connection that was opened; null for none.</param>
internal sealed record CloudReply(byte[]? Answer, CloudSubscription? Subscribed = null, CloudConnection? Opened = null)
{
    /// <summary>The connection that ends; null for none.</summary>
    public CloudConnection? Closed { get; init; }
}
