using System.Net;
using System.Net.Http.Headers;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http;

/// <summary>The body of a request, sent piece by piece. It knows whether its last byte was handed over: before that no server can have acted on it.</summary>
internal sealed class HttpUpload : HttpContent
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly ContentSource? _source;
    private readonly string _key;

    /// <summary>A body from memory.</summary>
    public HttpUpload(ReadOnlyMemory<byte> bytes, string mediaType = "application/octet-stream")
        : this(mediaType)
    {
        _bytes = bytes;
        Length = bytes.Length;
    }

    /// <summary>A body that is read while it is sent.</summary>
    /// <param name="source">Where it comes from.</param>
    /// <param name="key">The key that it is meant for, for messages.</param>
    /// <param name="mediaType">Its type.</param>
    public HttpUpload(ContentSource source, string key, string mediaType = "application/octet-stream")
        : this(mediaType)
    {
        _source = source;
        _key = key;
        Length = source.Length;
    }

    private HttpUpload(string mediaType)
    {
        _key = "";
        Headers.ContentType = new MediaTypeHeaderValue(mediaType);
    }

    /// <summary>Length in bytes.</summary>
    public long Length { get; }

    /// <summary>Whether the whole body is under way.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>What the source failed with; null when it did not.</summary>
    public Exception? SourceFailure { get; private set; }

    /// <summary>Told of every piece that is sent. Set by the transport.</summary>
    public Action? Moved { get; set; }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = Length;
        return true;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        IsComplete = false;
        if (_source is not null)
        {
            await SendSourceAsync(_source, stream, cancellationToken);
            return;
        }

        for (int sent = 0; sent < _bytes.Length; sent += HttpLimits.Piece)
        {
            ReadOnlyMemory<byte> piece = _bytes[sent..Math.Min(_bytes.Length, sent + HttpLimits.Piece)];
            IsComplete = sent + piece.Length == _bytes.Length;
            await stream.WriteAsync(piece, cancellationToken);
            Moved?.Invoke();
        }

        IsComplete = true;
    }

    private async Task SendSourceAsync(ContentSource source, Stream stream, CancellationToken cancellation)
    {
        await using Stream content = await GuardAsync(() => source.OpenAsync(cancellation));
        byte[] buffer = new byte[HttpLimits.Piece + 1];
        long sent = 0;
        do
        {
            // One byte more than may come: a source that is longer than it said is found out before its last announced byte leaves.
            int wanted = (int)Math.Min(HttpLimits.Piece, Length - sent);
            bool last = sent + wanted == Length;
            int read = await GuardAsync(() => content.ReadAtLeastAsync(buffer.AsMemory(0, last ? wanted + 1 : wanted), last ? wanted + 1 : wanted, throwOnEndOfStream: false, cancellation));
            if (read != wanted)
                throw SourceFailure = source.WrongLength(_key);
            sent += read;
            IsComplete = last;
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellation);
            Moved?.Invoke();
        }
        while (sent < Length);
    }

    private async ValueTask<T> GuardAsync<T>(Func<ValueTask<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception failure)
        {
            SourceFailure = failure;
            throw;
        }
    }
}
