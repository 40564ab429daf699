using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Memory;

/// <summary>An upload log in the memory of this process.</summary>
public sealed class MemoryWriteAheadLog : IWriteAheadLog
{
    private volatile byte[]? _content;

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadOnlyMemory<byte>?>(cancellation);
        return _content is { } content ? new ValueTask<ReadOnlyMemory<byte>?>(content) : default;
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        _content = content.ToArray();
        return ValueTask.CompletedTask;
    }

    /// <summary>Does nothing: the log stays for whoever holds the instance.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Removes the log.</summary>
    internal void Clear() => _content = null;
}
