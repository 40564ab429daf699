using System.Buffers.Binary;

namespace FireproofBench.Conformance.Payloads;

/// <summary>Bytes of any length that are made while they are read: the same seed gives the same bytes, and any part can be made by itself.</summary>
/// <param name="seed">Decides the bytes.</param>
/// <param name="length">How many there are.</param>
/// <param name="reading">Is told before each reading how much was read; null for nobody.</param>
internal sealed class SeededStream(ulong seed, long length, Action<long>? reading = null) : Stream
{
    private long _position;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException("The stream is read from its start.");
    }

    /// <summary>Makes a part of the bytes.</summary>
    public static void Fill(ulong seed, long offset, Span<byte> destination)
    {
        Span<byte> word = stackalloc byte[8];
        while (destination.Length > 0)
        {
            // SplitMix64 of the number of the word.
            ulong z = unchecked(seed + ((ulong)(offset / 8) * 0x9E3779B97F4A7C15));
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
            BinaryPrimitives.WriteUInt64LittleEndian(word, z ^ (z >> 31));
            ReadOnlySpan<byte> rest = word[(int)(offset % 8)..];
            int n = Math.Min(rest.Length, destination.Length);
            rest[..n].CopyTo(destination);
            destination = destination[n..];
            offset += n;
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        reading?.Invoke(_position);
        int n = (int)Math.Min(buffer.Length, length - _position);
        Fill(seed, _position, buffer[..n]);
        _position += n;
        return n;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = cancellationToken.IsCancellationRequested ? 0 : Read(buffer.Span);
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : ValueTask.FromResult(read);
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is written.
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("The stream is read from its start.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("The stream is for reading.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is for reading.");
}
