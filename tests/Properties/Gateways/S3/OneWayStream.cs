namespace FireproofBench.Properties.Gateways.S3;

/// <summary>Bytes as a network gives them: a piece at a time, once, of a length that nobody knows.</summary>
internal sealed class OneWayStream(byte[] bytes) : MemoryStream(bytes, writable: false)
{
    private const int Piece = 100_000;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer[..Math.Min(buffer.Length, Piece)], cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        base.ReadAsync(buffer, offset, Math.Min(count, Piece), cancellationToken);
}
