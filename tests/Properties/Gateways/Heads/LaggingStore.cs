using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Properties.Gateways.Heads;

/// <summary>Objects in memory whose listings can be held back, and whose calls can be made to fail.</summary>
internal sealed class LaggingStore : IDataGateway
{
    private readonly MemoryDataGateway _inner = new(TimeProvider.System);
    private ListPage? _frozen;

    public DataTraits Traits => _inner.Traits with { StronglyConsistent = Strong };

    public bool Strong { get; init; }

    /// <summary>Called before each call with its name and key; may throw.</summary>
    public Action<string, string> Before { get; set; } = static (_, _) => { };

    /// <summary>Called after a put was carried out; what it throws is its lost answer.</summary>
    public Action<string> AfterPut { get; set; } = static _ => { };

    /// <summary>From now on listings show what there is now.</summary>
    public async Task FreezeAsync() => _frozen = await _inner.ListAsync("", null, 1000, CancellationToken.None);

    public void Thaw() => _frozen = null;

    public async ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        Before("put", key);
        string version = await _inner.PutAsync(key, content, condition, cancellation);
        AfterPut(key);
        return version;
    }

    public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        Before("get", key);
        return _inner.GetAsync(key, range, cancellation);
    }

    public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        Before("head", key);
        return _inner.HeadAsync(key, cancellation);
    }

    public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        Before("delete", key);
        return _inner.DeleteAsync(key, version, cancellation);
    }

    public async ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        Before("list", prefix);
        return _frozen is { } frozen
            ? new ListPage([.. frozen.Objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal))], null)
            : await _inner.ListAsync(prefix, after, limit, cancellation);
    }

    public ValueTask DisposeAsync() => _inner.DisposeAsync();
}
