using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Wrapping;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>A sound store in memory whose calls can be bent, one by one.</summary>
internal sealed class InterceptedStore : IDataGateway
{
    private readonly ConcurrentDictionary<string, MemoryDeviceStore> _databases = new(StringComparer.Ordinal);

    /// <summary>The sound store.</summary>
    public IDataGateway Sound { get; init; } = new MemoryDataGateway(TimeProvider.System);

    public Func<DataTraits, DataTraits> OnTraits { get; init; } = t => t;

    public Func<IDataGateway, string, ReadOnlyMemory<byte>, PutCondition, CancellationToken, ValueTask<string>> OnPut { get; init; } = (s, k, b, c, t) =>
        s.PutAsync(k, b, c, t);

    public Func<IDataGateway, string, ByteRange?, CancellationToken, ValueTask<ObjectContent?>> OnGet { get; init; } = (s, k, r, t) => s.GetAsync(k, r, t);

    public Func<IDataGateway, string, CancellationToken, ValueTask<ObjectInfo?>> OnHead { get; init; } = (s, k, t) => s.HeadAsync(k, t);

    public Func<IDataGateway, string, string?, CancellationToken, ValueTask<bool>> OnDelete { get; init; } = (s, k, v, t) => s.DeleteAsync(k, v, t);

    public Func<IDataGateway, string, string?, int, CancellationToken, ValueTask<ListPage>> OnList { get; init; } = (s, p, a, l, t) => s.ListAsync(p, a, l, t);

    /// <summary>Stores what comes from a source; null for reading it whole first.</summary>
    public Func<IDataGateway, string, ContentSource, PutCondition, CancellationToken, ValueTask<string>>? OnPutSource { get; init; }

    /// <summary>Says what a run may do to the store beside its calls.</summary>
    public Func<StoreUnderTest, StoreUnderTest> OnTarget { get; init; } = target => target;

    /// <summary>Bends the objects of one handle on a database.</summary>
    public Func<IDataGateway, IDataGateway> OnHandle { get; init; } = data => data;

    /// <summary>Gives the database whose heads a database has.</summary>
    public Func<string, string> OnName { get; init; } = name => name;

    /// <summary>Bends the heads of a handle on a database.</summary>
    public Func<IMetadataGateway, IMetadataGateway> OnHeads { get; init; } = sound => sound;

    /// <summary>Bends the commit lock of a handle on a database.</summary>
    public Func<ICommitLock, ICommitLock> OnLock { get; init; } = sound => sound;

    public DataTraits Traits => OnTraits(Sound.Traits);

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation) =>
        OnPut(Sound, key, content, condition, cancellation);

    public async ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) => OnPutSource is { } bent
        ? await bent(Sound, key, content, condition, cancellation)
        : await PutAsync(key, await content.ReadAsync(key, cancellation), condition, cancellation);

    public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation) => OnGet(Sound, key, range, cancellation);

    public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) => OnHead(Sound, key, cancellation);

    public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation) => OnDelete(Sound, key, version, cancellation);

    public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        OnList(Sound, prefix, after, limit, cancellation);

    public ValueTask DisposeAsync() => Sound.DisposeAsync();

    /// <summary>Opens a database whose objects lie in this store, with heads, log and lock in memory beside it.</summary>
    public IDeviceStore OpenDatabase(string prefix, string name)
    {
        MemoryDeviceStore beside = _databases.GetOrAdd(prefix + OnName(name), _ => new MemoryDeviceStore(name, TimeProvider.System));
        return new InterceptedDevice(
            OnHandle(new PrefixedGateway(this, $"{prefix}{name}/", leaveOpen: true)),
            OnHeads(beside.Metadata),
            beside.WriteAheadLog,
            OnLock(beside.CommitLock),
            async () => await beside.DestroyAsync(CancellationToken.None));
    }

    /// <summary>Everything under a prefix of a store, in order.</summary>
    public static async Task<List<ObjectInfo>> AllAsync(IDataGateway store, string prefix)
    {
        List<ObjectInfo> all = [];
        await foreach (ObjectInfo found in store.ListAllAsync(prefix, CancellationToken.None))
            all.Add(found);
        return all;
    }

    /// <summary>A store that keeps every key under another one.</summary>
    public static InterceptedStore Renaming(Func<string, string> rename) => new()
    {
        OnPut = (s, k, b, c, t) => s.PutAsync(rename(k), b, c, t),
        OnGet = (s, k, r, t) => s.GetAsync(rename(k), r, t),
        OnHead = (s, k, t) => s.HeadAsync(rename(k), t),
        OnDelete = (s, k, v, t) => s.DeleteAsync(rename(k), v, t),
    };
}
