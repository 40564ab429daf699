using System.Collections.Immutable;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways;
using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Conformance.Stores;

/// <summary>A store that is opened and ready to be judged.</summary>
internal sealed record StoreUnderTest : IAsyncDisposable
{
    /// <summary>Its address as people may see it: without credentials.</summary>
    public required string Url { get; init; }

    /// <summary>What it promises of when things are seen, where its address says so; null for what its traits say.</summary>
    public DeclaredVisibility? Declared { get; init; }

    /// <summary>Its objects.</summary>
    public required IDataGateway Data { get; init; }

    /// <summary>Opens the same objects once more, as another process or machine would; null where that cannot be.</summary>
    public Func<CancellationToken, ValueTask<IDataGateway>>? OpenPeer { get; init; }

    /// <summary>The same store through further endpoints.</summary>
    public ImmutableArray<StoreUnderTest> Endpoints { get; init; } = [];

    /// <summary>
    /// Opens the database of a name below a prefix of the store (ending in <c>/</c>). Each call gives a handle of its own, as another process would have it, on
    /// the same objects and heads. Null where the address gives objects only.
    /// </summary>
    public Func<string, string, IDeviceStore>? OpenDatabase { get; init; }

    /// <summary>Whether all files and heads of its databases are objects below their prefix, so that whoever lists and removes those has all of them.</summary>
    public bool DatabasesAreObjects { get; init; }

    /// <summary>Tells of calls that its databases make again by themselves; null where they make none again.</summary>
    public RepeatedCalls? Repeated { get; init; }

    /// <summary>A way to it on which faults can be put between gateway and store; null where nothing goes over HTTP, or the gateway is somebody else's.</summary>
    public StoreWire? Wire { get; init; }

    /// <summary>Opens a bucket, folder or endpoint of a name that nobody has given to one; null where that says nothing.</summary>
    public Func<string, IDataGateway>? OpenMissing { get; init; }

    /// <summary>Puts an object past the gateway, with a header of the caller's; null where that cannot be.</summary>
    public RawPut? RawPut { get; init; }

    /// <summary>Looks for a name outside the store's own root, where an escaped key could end up; empty where that cannot be seen.</summary>
    public Func<string, ImmutableArray<string>> StraysOutside { get; init; } = _ => [];

    /// <summary>Puts away what the run left that is no object, such as empty folders.</summary>
    public Action<string> Tidy { get; init; } = _ => { };

    /// <summary>Puts away what the gateway itself keeps at the place, once it is closed.</summary>
    public Action AfterClose { get; init; } = () => { };

    /// <summary>The same address, asked by somebody whom it must refuse: with wrong credentials or none. Empty where the store was opened without any.</summary>
    public ImmutableArray<StoreAccess> Strangers { get; init; } = [];

    /// <summary>The same address, asked by somebody who has rights elsewhere at this store and none here; null where nobody was named.</summary>
    public StoreAccess? OtherTenant { get; init; }

    /// <summary>How a second tenant is named, for people; null where a store of this kind knows no tenants.</summary>
    public string? OtherTenantOption { get; init; }

    /// <summary>Texts that no report, log or error may hold: what the store was opened with.</summary>
    public ImmutableArray<Secret> Secrets { get; init; } = [];

    /// <summary>The same store as a client has it whose clock is another; null where the clock is the store's own.</summary>
    public Func<TimeProvider, StoreAccess>? Skewed { get; init; }

    /// <summary>Kills what serves the store and starts it again, and returns when it answers; null where the run did not start it.</summary>
    public Func<CancellationToken, Task>? Restart { get; init; }

    /// <summary>Takes the store its room (true), or gives it back; null where the run cannot.</summary>
    public Func<bool, ValueTask>? Fill { get; init; }

    /// <summary>Takes the store a part that it needs to be sure (true), such as its quorum, or gives it back; null where the run cannot.</summary>
    public Func<bool, ValueTask>? Degrade { get; init; }

    /// <summary>A database of the kind that this store has, on another disk; null where the store is no folder.</summary>
    public Func<IDisk, IDeviceStore>? OnDisk { get; init; }

    /// <summary>The world that the store is in, which a run has to take place in; null for the real one.</summary>
    public VirtualWorld? World { get; init; }

    /// <summary>Length from which on a streamed put is sent in parts; null where that is not known, or never done.</summary>
    public long? PartsAbove { get; init; }

    /// <summary>Closes the store.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (StoreUnderTest endpoint in Endpoints)
            await endpoint.DisposeAsync();
        await Data.DisposeAsync();
        AfterClose();
    }
}
