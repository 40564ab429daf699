using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>
/// Keeps objects that never change on this machine's disk, and reads them from there: keys <c>data/&lt;cid&gt;.car</c> and <c>data/&lt;cid&gt;</c>. All other calls pass.
/// </summary>
/// <remarks>
/// <para>What is kept is checked by its own hash before it is used, so a torn or rotten file is fetched again. Whether the bytes are those that the name promises is
/// the engine's to check, since files are sealed. A failing disk makes the cache useless and nothing else.</para>
/// <para>An object that somebody else removed from the store may still be read here: its content is what its name says. Head and list always ask the store.</para>
/// </remarks>
/// <param name="inner">The store.</param>
/// <param name="options">Where the cache is, and how large.</param>
/// <param name="leaveOpen">Whether the store stays open when this is disposed of.</param>
public sealed class CachingGateway(IDataGateway inner, CacheOptions options, bool leaveOpen = false) : DataGatewayWrapper(inner, leaveOpen)
{
    private const string Folder = "data/";
    private const string CarSuffix = ".car";
    private readonly CacheFolder _cache = new(options);

    /// <inheritdoc/>
    public override async ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (NameOf(key) is not { } name)
            return await Inner.GetAsync(key, range, cancellation);
        if (_cache.TryRead(name, key, range) is { } kept)
            return kept;

        // The rest of an object is read soon after a part of it: all of it is fetched at once, where it may be kept at all.
        if (range is not null && (await Inner.HeadAsync(key, cancellation) is not { } info || info.Length > options.MaxObjectLength))
            return await Inner.GetAsync(key, range, cancellation);
        if (await Inner.GetAsync(key, null, cancellation) is not { } content)
            return null;
        if (content.Bytes.Length == content.Info.Length && content.Bytes.Length <= options.MaxObjectLength)
            _cache.Keep(name, content);
        return CacheFolder.Cut(content, range);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _cache.Dispose();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override async ValueTask<T> CallAsync<T>(DataCall made, Func<CancellationToken, ValueTask<T>> proceed, CancellationToken cancellation)
    {
        try
        {
            return await proceed(cancellation);
        }
        finally
        {
            if (made.Changes && NameOf(made.Key) is { } name)
                _cache.Forget(name);
        }
    }

    // The name of the file in the cache; null for keys whose content may change.
    private static string? NameOf(string key)
    {
        if (!key.StartsWith(Folder, StringComparison.Ordinal))
            return null;
        string name = key[Folder.Length..];
        ReadOnlySpan<char> cid = name.EndsWith(CarSuffix, StringComparison.Ordinal) ? name.AsSpan(0, name.Length - CarSuffix.Length) : name;
        return Cid.TryParse(cid, out _) ? name : null;
    }
}
