using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>In what a simulated store differs from a sound one. Whatever is null is as a sound store has it.</summary>
internal sealed record StoreBehaviour
{
    /// <summary>Bends the store itself: what all clients share. Called once.</summary>
    public Func<IDataGateway, IDataGateway>? Store { get; init; }

    /// <summary>Bends one endpoint, which some clients share: its number from 0. Called once for each.</summary>
    public Func<IDataGateway, int, IDataGateway>? Endpoint { get; init; }

    /// <summary>Bends what one client sees. Called for each handle.</summary>
    public Func<IDataGateway, IDataGateway>? Client { get; init; }

    /// <summary>Bends the heads of one database for one client. Called for each handle.</summary>
    public Func<IMetadataGateway, IMetadataGateway>? Heads { get; init; }

    /// <summary>Bends the heads of a database as one endpoint, by its number from 0, gives them. Called for each handle, above what <see cref="Heads"/> bends.</summary>
    public Func<IMetadataGateway, int, IMetadataGateway>? EndpointHeads { get; init; }

    /// <summary>The name under which the heads of a database are kept.</summary>
    public Func<string, string>? HeadName { get; init; }

    /// <summary>Whether heads are objects of the store; else a service beside it keeps them.</summary>
    public bool HeadsAreObjects { get; init; }

    /// <summary>What a stranger sees of the store; null for nothing at all, as it should be.</summary>
    public Func<IDataGateway, IDataGateway>? Stranger { get; init; }

    /// <summary>Bends a store whose room is used up: told whether it is, and asked for each client. A sound one refuses with NoSpace.</summary>
    public Func<IDataGateway, Func<bool>, IDataGateway>? Room { get; init; }

    /// <summary>Bends a store that has lost its quorum: told whether it has, and asked for each client. A sound one refuses conditional puts for now.</summary>
    public Func<IDataGateway, Func<bool>, IDataGateway>? Quorum { get; init; }

    /// <summary>What a death of the store does to what it holds.</summary>
    public Func<IDataGateway, CancellationToken, ValueTask>? Death { get; init; }

    /// <summary>Length in bytes from which on a streamed put is sent in parts; null for what sound stores take.</summary>
    public int? PartsAbove { get; init; }

    /// <summary>This behaviour, and another one nearer to the clients. Where only one of them can be, it is the other one.</summary>
    public StoreBehaviour Then(StoreBehaviour other) => new()
    {
        Store = Chain(Store, other.Store),
        Endpoint = Chain(Endpoint, other.Endpoint),
        Client = Chain(Client, other.Client),
        Heads = Chain(Heads, other.Heads),
        EndpointHeads = Chain(EndpointHeads, other.EndpointHeads),
        HeadName = Chain(HeadName, other.HeadName),
        HeadsAreObjects = HeadsAreObjects || other.HeadsAreObjects,
        Stranger = other.Stranger ?? Stranger,
        Room = other.Room ?? Room,
        Quorum = other.Quorum ?? Quorum,
        Death = other.Death ?? Death,
        PartsAbove = other.PartsAbove ?? PartsAbove,
    };

    private static Func<T, T>? Chain<T>(Func<T, T>? first, Func<T, T>? second) =>
        first is null || second is null ? first ?? second : below => second(first(below));

    private static Func<T, int, T>? Chain<T>(Func<T, int, T>? first, Func<T, int, T>? second) =>
        first is null || second is null ? first ?? second : (below, endpoint) => second(first(below, endpoint), endpoint);
}
