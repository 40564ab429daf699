namespace FireproofBench.Engine.Ports;

/// <summary>
/// Reads a large object piece by piece, as ranges, so that only one piece of it is in memory. All pieces are of one version: when the object is replaced
/// meanwhile the stream fails, and never joins two contents.
/// </summary>
/// <remarks>Can be sought. Not for several callers at once. Reading without <c>await</c> is not supported: a provider may be far away.</remarks>
public sealed class ObjectStream : Stream
{
    /// <summary>Length of a piece when none is given, in bytes.</summary>
    public const int DefaultPieceLength = 1 << 20;

    private readonly IDataGateway _gateway;
    private readonly ObjectInfo _object;
    private readonly int _pieceLength;
    private ReadOnlyMemory<byte> _piece;
    private long _pieceStart;
    private long _position;

    private ObjectStream(IDataGateway gateway, ObjectContent first, int pieceLength)
    {
        _gateway = gateway;
        _object = first.Info;
        _piece = first.Bytes;
        _pieceLength = pieceLength;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Length of the object, in bytes.</summary>
    public override long Length => _object.Length;

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

    /// <summary>Opens an object and reads its first piece.</summary>
    /// <param name="gateway">Where the object is.</param>
    /// <param name="key">Its key.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <param name="pieceLength">How many bytes are read at once, at least 1.</param>
    /// <returns>Null when there is no such object.</returns>
    public static async ValueTask<ObjectStream?> OpenAsync(
        IDataGateway gateway, string key, CancellationToken cancellation, int pieceLength = DefaultPieceLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pieceLength, 1);
        ObjectContent? first = await gateway.GetAsync(key, new ByteRange(0, pieceLength), cancellation);
        return first is null ? null : new ObjectStream(gateway, first, pieceLength);
    }

    /// <summary>Reads on from the position.</summary>
    /// <exception cref="StorageException">Conflict when the object is another version by now, or gone; else as the provider fails.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position >= Length || buffer.IsEmpty)
            return 0;
        if (_position < _pieceStart || _position >= _pieceStart + _piece.Length)
            await FetchAsync(cancellationToken);
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
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read with ReadAsync: the object may be far away.");

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

    private async ValueTask FetchAsync(CancellationToken cancellation)
    {
        long length = Math.Min(_pieceLength, Length - _position);
        ObjectContent piece = await _gateway.GetAsync(_object.Key, new ByteRange(_position, length), cancellation)
            ?? throw new StorageException(StorageErrorKind.Conflict, "read", _object.Key, "the object was removed while it was read; open it again");
        if (piece.Info.Version != _object.Version || piece.Info.Length != _object.Length)
            throw new StorageException(StorageErrorKind.Conflict, "read", _object.Key, "the object was replaced while it was read; open it again");
        if (piece.Bytes.Length != length)
            throw new StorageException(StorageErrorKind.Corrupt, "read", _object.Key, $"{piece.Bytes.Length} bytes came where {length} were asked for");
        _piece = piece.Bytes;
        _pieceStart = _position;
    }
}
