namespace FireproofBench.S3Bench;

/// <summary>Bytes that can be checked without being kept.</summary>
internal sealed class CountedStream(long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public static byte ByteAt(long position) => (byte)((position * 31) ^ (position >> 12));

    public override int Read(byte[] buffer, int offset, int count)
    {
        int taken = (int)Math.Min(count, length - _position);
        for (int i = 0; i < taken; i++)
            buffer[offset + i] = ByteAt(_position + i);
        _position += taken;
        return taken;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
