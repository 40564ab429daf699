using System.Net;

namespace FireproofBench.Conformance.Wire;

/// <summary>The body of an answer under a head that announces another length, or none.</summary>
internal sealed class BentBody : HttpContent
{
    private readonly byte[] _bytes;
    private readonly long? _announced;
    private readonly bool _breaks;

    /// <summary>A body.</summary>
    /// <param name="origin">Whose headers it has, but for the length.</param>
    /// <param name="bytes">What comes.</param>
    /// <param name="announced">What is announced, in bytes; null for nothing.</param>
    /// <param name="breaks">Whether the connection breaks at the end; otherwise that looks like any end.</param>
    public BentBody(HttpContent origin, byte[] bytes, long? announced, bool breaks)
    {
        foreach ((string name, IEnumerable<string> values) in origin.Headers)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                _ = Headers.TryAddWithoutValidation(name, values);
        }

        _bytes = bytes;
        _announced = announced;
        _breaks = breaks;
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _announced ?? 0;
        return _announced is not null;
    }

    /// <inheritdoc/>
    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(_breaks ? new BreakingStream(_bytes) : new MemoryStream(_bytes, writable: false));

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(_bytes);
        if (_breaks)
            throw BrokenOff();
    }

    private static HttpIOException BrokenOff() => new(HttpRequestError.ResponseEnded, "The response ended prematurely.");

    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        public override int Read(byte[] buffer, int offset, int count) => Whole(base.Read(buffer, offset, count), count);

        public override int Read(Span<byte> buffer) => Whole(base.Read(buffer), buffer.Length);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return Read(buffer.Span);
        }

        private static int Whole(int read, int wanted) => read > 0 || wanted == 0 ? read : throw BrokenOff();
    }
}
