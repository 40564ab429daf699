namespace FireproofBench.Gateways.Http;

/// <summary>The body of an answer while it comes in: failures of the connection are storage failures, and each piece starts the patience anew.</summary>
internal sealed class HttpBody(HttpContent content, HttpCall call, Uri? address, HttpPatience patience) : Stream
{
    private Stream? _stream;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException("The body comes in piece by piece.");

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException("The body comes in piece by piece.");
        set => throw new NotSupportedException("The body comes in piece by piece.");
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            patience.Caller.ThrowIfCancellationRequested();
            _stream ??= await content.ReadAsStreamAsync(patience.Token);
            int read = await _stream.ReadAsync(buffer, patience.Token);
            patience.Touch();
            return read;
        }
        catch (Exception failure)
        {
            patience.Caller.ThrowIfCancellationRequested();
            throw HttpTransport.Map(failure, call, address, patience, sentWhole: true);
        }
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read with ReadAsync: the server is far away.");

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is written.
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The body comes in piece by piece.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("The body is for reading.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The body is for reading.");
}
