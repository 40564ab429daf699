using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Timing;

/// <summary>A busy store is not a wrong one: calls that it throttled or that failed in passing are repeated, and the repetitions counted.</summary>
internal static class Patience
{
    /// <summary>A store that is asked with patience. It stays open.</summary>
    public static RetryingGateway Over(IDataGateway store, RequestMeter meter, TimeProvider time) => new(
        store,
        new RetryOptions { Time = time, Entropy = new Dice(meter.NextClient(), "patience"), Repeating = (_, _, _) => meter.Retry() },
        leaveOpen: true);

    /// <summary>Heads that are asked with patience. They stay open.</summary>
    public static RetryingMetadataGateway Over(IMetadataGateway heads, RequestMeter meter, TimeProvider time) => new(
        heads,
        new RetryOptions { Time = time, Entropy = new Dice(meter.NextClient(), "patience"), Repeating = (_, _, _) => meter.Retry() },
        leaveOpen: true);
}
