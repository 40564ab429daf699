using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>One database whose objects are far away, with a <see cref="CachingGateway"/> in front of them. Heads, log and lock are asked for as before.</summary>
/// <remarks>The place belongs to this and is closed with it. The cache stays for the next time, also when the database is destroyed: then remove its folder.</remarks>
public sealed class CachedDeviceStore : IDeviceStore
{
    private readonly IDeviceStore _inner;

    /// <summary>Puts a cache in front of a place.</summary>
    /// <param name="inner">Where the database is.</param>
    /// <param name="options">Where the cache is, and how large: a folder for this database at this place alone.</param>
    public CachedDeviceStore(IDeviceStore inner, CacheOptions options)
    {
        _inner = inner;
        Data = new CachingGateway(inner.Data, options, leaveOpen: true);
    }

    /// <inheritdoc/>
    public IDataGateway Data { get; }

    /// <inheritdoc/>
    public IMetadataGateway Metadata => _inner.Metadata;

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog => _inner.WriteAheadLog;

    /// <inheritdoc/>
    public ICommitLock CommitLock => _inner.CommitLock;

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellation) => _inner.PrepareAsync(cancellation);

    /// <inheritdoc/>
    public ValueTask DestroyAsync(CancellationToken cancellation) => _inner.DestroyAsync(cancellation);

    /// <summary>Closes the cache and the place. Nothing is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await _inner.DisposeAsync();
    }
}
