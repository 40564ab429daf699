using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Wire;

/// <summary>A way to the store under test that goes through its own gateway and over HTTP, where a check can put faults between the two.</summary>
internal sealed record StoreWire
{
    /// <summary>Opens the same objects once more: as the gateway is, over connections of its own, which go through the wire; deadlines by the clock given.</summary>
    public required Func<FaultyWire, TimeProvider, IDataGateway> Open { get; init; }

    /// <summary>What a database puts over such a gateway, so that failures that pass are met by asking again; pauses by the clock given. The gateway stays open.</summary>
    public Func<IDataGateway, TimeProvider, IDataGateway> Patiently { get; init; } =
        static (store, time) => new RetryingGateway(store, new RetryOptions { Time = time, Entropy = SystemEntropy.Instance }, leaveOpen: true);

    /// <summary>Longer objects go up in parts that the store joins at the end, in bytes; null where none do.</summary>
    public long? PartsAbove { get; init; }
}
