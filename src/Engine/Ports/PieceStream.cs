namespace FireproofBench.Engine.Ports;

/// <summary>Reads content piece by piece: one is in memory, and only those are fetched that are read.</summary>
/// <remarks>Can be sought. Not for several callers at once. Reading without <c>await</c> is not supported: a piece may be far away.</remarks>
public abstract class PieceStream : Stream
{
    private ReadOnlyMemory<byte> _piece;
    private long _pieceStart;
    private long _position;

    /// <summary>A stream at its beginning.</summary>
    /// <param name="first">The first piece, where it is here already; else empty.</param>
    private protected PieceStream(ReadOnlyMemory<byte> first = default) => _piece = first;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <summary>Reads on from the position, to the end of a piece at the most.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty)
            return 0;
        if (_position < _pieceStart || _position >= _pieceStart + _piece.Length)
            (_piece, _pieceStart) = await FetchAsync(_position, cancellationToken);
        ReadOnlyMemory<byte> ready = _piece[(int)(_position - _pieceStart)..];
        int count = Math.Min(ready.Length, buffer.Length);
        ready.Span[..count].CopyTo(buffer.Span);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read with ReadAsync: the content may be far away.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is written.
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("The stream is for reading.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The stream is for reading.");

    /// <summary>Fetches a piece.</summary>
    /// <param name="position">A byte that it has to hold, counted from 0.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The piece, of one byte at least, and the position of its first byte.</returns>
    private protected abstract ValueTask<(ReadOnlyMemory<byte> Piece, long Start)> FetchAsync(long position, CancellationToken cancellation);
}
