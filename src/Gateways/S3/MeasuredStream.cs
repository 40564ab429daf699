namespace FireproofBench.Gateways.S3;

/// <summary>The bytes of a source in one pass, with the length that was announced. A source of another length fails before its last announced byte is given out.</summary>
internal sealed class MeasuredStream(Stream inner, S3Content content) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("The bytes come once.");
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        long left = content.Length - _position;
        if (buffer.IsEmpty || left == 0)
            return 0;
        int read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, left)], cancellationToken);
        if (read == 0 || (read == left && await inner.ReadAsync(new byte[1], cancellationToken) > 0))
            throw content.WrongLength();
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read with ReadAsync.");

    public override void Flush()
    {
        // Nothing is written.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The bytes come once.");

    public override void SetLength(long value) => throw new NotSupportedException("The bytes are for reading.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The bytes are for reading.");

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }
}
