using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>A sound store each of whose calls can be bent, one by one. What is not bent passes as it is.</summary>
/// <param name="sound">The store below; it stays open.</param>
internal class BentGateway(IDataGateway sound) : IDataGateway
{
    /// <summary>The store below.</summary>
    public IDataGateway Sound { get; init; } = sound;

    public Func<DataTraits, DataTraits> OnTraits { get; init; } = static traits => traits;

    public Func<IDataGateway, string, ReadOnlyMemory<byte>, PutCondition, CancellationToken, ValueTask<string>> OnPut { get; init; } =
        static (store, key, body, condition, token) => store.PutAsync(key, body, condition, token);

    /// <summary>Stores what comes from a source; null for reading it whole first.</summary>
    public Func<IDataGateway, string, ContentSource, PutCondition, CancellationToken, ValueTask<string>>? OnPutSource { get; init; }

    public Func<IDataGateway, string, ByteRange?, CancellationToken, ValueTask<ObjectContent?>> OnGet { get; init; } =
        static (store, key, range, token) => store.GetAsync(key, range, token);

    public Func<IDataGateway, string, CancellationToken, ValueTask<ObjectInfo?>> OnHead { get; init; } = static (store, key, token) => store.HeadAsync(key, token);

    public Func<IDataGateway, string, string?, CancellationToken, ValueTask<bool>> OnDelete { get; init; } =
        static (store, key, version, token) => store.DeleteAsync(key, version, token);

    public Func<IDataGateway, string, string?, int, CancellationToken, ValueTask<ListPage>> OnList { get; init; } =
        static (store, prefix, after, limit, token) => store.ListAsync(prefix, after, limit, token);

    public DataTraits Traits => OnTraits(Sound.Traits);

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation) =>
        OnPut(Sound, key, content, condition, cancellation);

    public async ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) => OnPutSource is { } bent
        ? await bent(Sound, key, content, condition, cancellation)
        : await PutAsync(key, await content.ReadAsync(key, cancellation), condition, cancellation);

    public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation) => OnGet(Sound, key, range, cancellation);

    public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) => OnHead(Sound, key, cancellation);

    public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation) => OnDelete(Sound, key, version, cancellation);

    public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation) => OnList(Sound, prefix, after, limit, cancellation);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A store that keeps every key under another one.</summary>
    public static BentGateway Renaming(IDataGateway sound, Func<string, string> rename) => new(sound)
    {
        OnPut = (store, key, body, condition, token) => store.PutAsync(rename(key), body, condition, token),
        OnGet = (store, key, range, token) => store.GetAsync(rename(key), range, token),
        OnHead = (store, key, token) => store.HeadAsync(rename(key), token),
        OnDelete = (store, key, version, token) => store.DeleteAsync(rename(key), version, token),
    };

    /// <summary>Everything under a prefix of a store, in order.</summary>
    public static async ValueTask<List<ObjectInfo>> AllAsync(IDataGateway store, string prefix, CancellationToken cancellation = default)
    {
        List<ObjectInfo> all = [];
        await foreach (ObjectInfo found in store.ListAllAsync(prefix, cancellation))
            all.Add(found);
        return all;
    }
}
