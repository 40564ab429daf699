using System.Text;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>What lies below a prefix of a store, as a store of its own. Failures name the key as it is in the store below.</summary>
public sealed class PrefixedGateway : IDataGateway
{
    // No key holds it, so nothing that starts with it is one.
    private const char OpaqueMark = '\0';

    private readonly IDataGateway _inner;
    private readonly string _prefix;
    private readonly bool _leaveOpen;

    /// <summary>The objects below a prefix.</summary>
    /// <param name="inner">The store.</param>
    /// <param name="prefix">Whole segments with a slash at the end, such as <c>a/b/</c>: keys below it and keys beside it never meet.</param>
    /// <param name="leaveOpen">Whether the store stays open when this is disposed of.</param>
    /// <exception cref="StorageException">InvalidName when the prefix is no such text.</exception>
    public PrefixedGateway(IDataGateway inner, string prefix, bool leaveOpen = false)
    {
        if (!prefix.EndsWith('/') || ObjectKey.Complaint(prefix[..^1]) is not null)
        {
            throw new StorageException(
                StorageErrorKind.InvalidName, "open", ObjectKey.Printable(prefix), "a prefix is whole segments of keys with a slash at the end");
        }

        _inner = inner;
        _prefix = prefix;
        _leaveOpen = leaveOpen;
    }

    /// <summary>The store's, with what the prefix takes from the longest key.</summary>
    public DataTraits Traits => _inner.Traits with { MaxKeyLength = Math.Max(0, _inner.Traits.MaxKeyLength - Encoding.UTF8.GetByteCount(_prefix)) };

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation) =>
        _inner.PutAsync(_prefix + key, content, condition, cancellation);

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation) =>
        _inner.PutAsync(_prefix + key, content, condition, cancellation);

    /// <inheritdoc/>
    public async ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation) =>
        await _inner.GetAsync(_prefix + key, range, cancellation) is { } content ? content with { Info = content.Info with { Key = key } } : null;

    /// <inheritdoc/>
    public async ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation) =>
        await _inner.HeadAsync(_prefix + key, cancellation) is { } info ? info with { Key = key } : null;

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation) => _inner.DeleteAsync(_prefix + key, version, cancellation);

    /// <inheritdoc/>
    public async ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        string? below = after is null ? null : after.StartsWith(OpaqueMark) ? after[1..] : _prefix + after;
        ListPage page = await _inner.ListAsync(_prefix + prefix, below, limit, cancellation);
        ObjectInfo[] objects = [.. page.Objects.Select(Cut)];

        // A store may give a token of its own where the next page starts, which is no key.
        string? next = page.After is not { } token ? null
            : token.StartsWith(_prefix, StringComparison.Ordinal) ? token[_prefix.Length..]
            : OpaqueMark + token;
        return new ListPage(objects, next);
    }

    /// <summary>Closes the store, unless it was to stay open.</summary>
    public ValueTask DisposeAsync() => _leaveOpen ? ValueTask.CompletedTask : _inner.DisposeAsync();

    private ObjectInfo Cut(ObjectInfo info) => info.Key.StartsWith(_prefix, StringComparison.Ordinal)
        ? info with { Key = info.Key[_prefix.Length..] }
        : throw new StorageException(StorageErrorKind.Corrupt, "list", _prefix, $"the store lists '{ObjectKey.Printable(info.Key)}', which does not start so");
}
