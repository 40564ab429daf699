using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance.Stores;

/// <summary>One way to the store under test: a client of its own, at one of its endpoints.</summary>
/// <param name="name">Names the client.</param>
/// <param name="endpoint">The endpoint, where it is another than that of the store itself; else empty.</param>
/// <param name="counted">The store, with every call counted.</param>
/// <param name="meter">Counts the repetitions.</param>
/// <param name="time">The clock of the run.</param>
/// <param name="writes">What the clients of the check did, when answers are to be waited for until they show it; null when they are taken as they come.</param>
internal sealed class StoreView(string name, string endpoint, ObservedGateway counted, RequestMeter meter, TimeProvider time, SettledWrites? writes = null)
{
    /// <summary>Names the client.</summary>
    public string Name { get; } = name;

    /// <summary>The endpoint, where it is another than that of the store itself; else empty.</summary>
    public string Endpoint { get; } = endpoint;

    /// <summary>The store. Counted, tracked, patient with throttling.</summary>
    public IDataGateway Gateway { get; } = Patience.Over(writes is null ? counted : new SettledGateway(counted, writes), meter, time);

    /// <summary>The store once more, with each single call written down: a repetition is a call of its own, and the one before it may have had its effect.</summary>
    public IDataGateway Recorded(CallHistory history, string client) => Patience.Over(new RecordingGateway(counted, history, client, leaveOpen: true), meter, time);

    /// <summary>The same view, whose answers are waited for until they show what the clients of the check did.</summary>
    public StoreView Settled(SettledWrites all) => new(Name, Endpoint, counted, meter, time, all);

    /// <summary>Who this is for somebody who wrote through another view.</summary>
    public ObserverKind From(StoreView writer) => this == writer ? ObserverKind.SameClient
        : string.Equals(Endpoint, writer.Endpoint, StringComparison.Ordinal) ? ObserverKind.OtherClient : ObserverKind.OtherEndpoint;
}
