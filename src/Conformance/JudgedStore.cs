using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Remote;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Conformance;

/// <summary>A store that is to be judged, as the author of its gateway opens it. Only the objects are needed; what else is given makes more clauses conclusive.</summary>
/// <remarks>
/// A run writes below keys that begin with <c>conform-</c> and removes them at its end; other objects in the store are neither read nor changed.
/// Databases of the run keep their heads, where neither <see cref="OpenHeads"/> nor <see cref="OpenDatabase"/> is given, as objects of the store, one each: as in a bucket.
/// </remarks>
public sealed class JudgedStore : IAsyncDisposable
{
    /// <summary>A store to be judged.</summary>
    /// <param name="name">What people call it: a file, an address. It stands in messages and so holds no secret.</param>
    /// <param name="data">Its objects; closed with this.</param>
    public JudgedStore(string name, IDataGateway data)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(data);
        Name = name;
        Data = data;
    }

    /// <summary>What people call it.</summary>
    public string Name { get; }

    /// <summary>Its objects.</summary>
    public IDataGateway Data { get; }

    /// <summary>
    /// Opens the same objects once more, as another process would: nothing in memory is shared. The run closes what it gets. Null where that cannot be; what one
    /// client shows another is then looked at through one gateway.
    /// </summary>
    public Func<CancellationToken, ValueTask<IDataGateway>>? OpenPeer { get; init; }

    /// <summary>
    /// Opens the heads of the database of a name, each call through a handle of its own; the run closes it. Objects of such a database are objects of <see cref="Data"/>.
    /// A name is letters, digits, dots and dashes, at most 100 characters, and begins with <c>conform-</c>. Goes with <see cref="RemoveHeads"/>.
    /// </summary>
    public Func<string, IMetadataGateway>? OpenHeads { get; init; }

    /// <summary>Removes all heads of the database of a name, since the port has no call for it. Without it they stay, and are told as left over.</summary>
    public Func<string, CancellationToken, ValueTask>? RemoveHeads { get; init; }

    /// <summary>
    /// Opens the database of a name, objects and heads, where databases are more than objects of <see cref="Data"/> and heads: each call through a handle of its own, which
    /// the run closes; <see cref="IDeviceStore.DestroyAsync"/> removes it. Names are as for <see cref="OpenHeads"/>, which is not given beside this.
    /// </summary>
    public Func<string, IDeviceStore>? OpenDatabase { get; init; }

    /// <summary>Opens a container (bucket, folder, file) of a name that nobody has given to one, without making it; the run closes it. Null where stores have no containers.</summary>
    public Func<string, IDataGateway>? OpenMissing { get; init; }

    /// <summary>
    /// For gateways that speak HTTP: opens the same objects over connections of its own that go through a handler of the run, where answers are delayed, cut and
    /// replaced. The first argument is given the handler that sends and gives the one to use, which owns it; the second is the clock of deadlines and pauses.
    /// The run closes what it gets.
    /// </summary>
    public Func<Func<HttpMessageHandler, HttpMessageHandler>, TimeProvider, IDataGateway>? OpenOverWire { get; init; }

    /// <summary>Kills what serves the store, so that it loses what it had not made durable, and starts it again; returns when it answers. Null where the author has no such power.</summary>
    public Func<CancellationToken, Task>? Restart { get; init; }

    /// <summary>How long after its acknowledgement an effect may still be unseen, at least zero and at most an hour; null for what the gateway's traits say (at once, or ten seconds).</summary>
    public TimeSpan? VisibleWithin { get; init; }

    /// <summary>What the store was opened with and nobody may read in a failure or a report.</summary>
    public IReadOnlyCollection<Secret> Secrets { get; init; } = [];

    /// <summary>Puts away what is left of the store itself, once its gateway is closed: a scratch file, a container.</summary>
    public Func<ValueTask>? AfterClose { get; init; }

    /// <summary>Closes the objects, then does <see cref="AfterClose"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        if (AfterClose is { } after)
            await after();
    }

    /// <summary>The store as the runner has it. It is not closed with the result.</summary>
    /// <exception cref="ArgumentException">The properties contradict each other.</exception>
    internal StoreUnderTest ToTarget()
    {
        if (OpenDatabase is not null && (OpenHeads is not null || RemoveHeads is not null))
            throw new ArgumentException($"{nameof(OpenDatabase)} opens the heads too: give it, or {nameof(OpenHeads)} and {nameof(RemoveHeads)}.");
        if (OpenHeads is null && RemoveHeads is not null)
            throw new ArgumentException($"{nameof(RemoveHeads)} goes with {nameof(OpenHeads)}.");
        return new StoreUnderTest
        {
            Url = Name,
            Data = Data,
            OpenPeer = OpenPeer,
            OpenDatabase = Databases(),
            OpenMissing = OpenMissing,
            Wire = OpenOverWire is { } open ? new StoreWire { Open = (wire, time) => open(wire.Over, time) } : null,
            Restart = Restart,
            Secrets = [.. Secrets],
        };
    }

    /// <summary>What the store is held to; null for what its gateway says.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or longer than an hour.</exception>
    internal DeclaredVisibility? ToDeclared()
    {
        if (VisibleWithin is not { } bound)
            return null;
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, TimeSpan.Zero, nameof(VisibleWithin));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bound, TimeSpan.FromHours(1), nameof(VisibleWithin));
        return new DeclaredVisibility(bound);
    }

    private Func<string, string, IDeviceStore> Databases()
    {
        if (OpenDatabase is { } database)
            return (prefix, name) => database(NameOf(prefix, name));

        // Objects are judged as they are; a database asks again, as it does in use.
        RetryOptions patience = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance };
        RetryingGateway patient = new(Data, patience, leaveOpen: true);
        IDataGateway Below(string prefix) => new PrefixedGateway(patient, prefix, leaveOpen: true);
        if (OpenHeads is not { } heads)
        {
            GatewayOptions options = new() { Time = TimeProvider.System, Entropy = SystemEntropy.Instance };
            return (prefix, name) => new RemoteDeviceStore(Below(prefix), name, options);
        }

        return (prefix, name) => new SplitDatabase(
            new RemoteDeviceStore(Below(prefix), name, new RetryingMetadataGateway(heads(NameOf(prefix, name)), patience)),
            RemoveHeads is { } remove ? cancellation => remove(NameOf(prefix, name), cancellation) : static _ => ValueTask.CompletedTask);
    }

    // Authors have databases and nothing above them: those of a run are told apart by their names.
    private static string NameOf(string prefix, string name) => prefix.Replace('/', '.') + name;
}
