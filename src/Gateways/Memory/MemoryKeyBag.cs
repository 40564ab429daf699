using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Memory;

/// <summary>A key bag in the memory of this process. Every name has an item of its own.</summary>
public sealed class MemoryKeyBag : IKeyBag
{
    private readonly ConcurrentDictionary<string, byte[]> _items = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(string keyName, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadOnlyMemory<byte>?>(cancellation);
        return _items.TryGetValue(keyName, out byte[]? item) ? new ValueTask<ReadOnlyMemory<byte>?>(item.ToArray()) : default;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(string keyName, ReadOnlyMemory<byte> item, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        _items[keyName] = item.ToArray();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryReplaceAsync(string keyName, ReadOnlyMemory<byte> item, ReadOnlyMemory<byte>? expected, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellation);
        if (expected is not { } before)
            return ValueTask.FromResult(_items.TryAdd(keyName, item.ToArray()));
        return ValueTask.FromResult(
            _items.TryGetValue(keyName, out byte[]? now) && before.Span.SequenceEqual(now) && _items.TryUpdate(keyName, item.ToArray(), now));
    }
}
