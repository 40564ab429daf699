namespace FireproofBench.Engine.Ports;

/// <summary>
/// Reads a large object piece by piece, as ranges, so that only one piece of it is in memory. All pieces are of one version: when the object is replaced
/// meanwhile the stream fails, and never joins two contents.
/// </summary>
/// <remarks>A read fails with a <see cref="StorageException"/>: Conflict when the object is another version by now, or gone; else as the provider fails.</remarks>
public sealed class ObjectStream : PieceStream
{
    /// <summary>Length of a piece when none is given, in bytes.</summary>
    public const int DefaultPieceLength = 1 << 20;

    private readonly IDataGateway _gateway;
    private readonly ObjectInfo _object;
    private readonly int _pieceLength;

    private ObjectStream(IDataGateway gateway, ObjectContent first, int pieceLength)
        : base(first.Bytes)
    {
        _gateway = gateway;
        _object = first.Info;
        _pieceLength = pieceLength;
    }

    /// <summary>Length of the object, in bytes.</summary>
    public override long Length => _object.Length;

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

    private protected override async ValueTask<(ReadOnlyMemory<byte> Piece, long Start)> FetchAsync(long position, CancellationToken cancellation)
    {
        long length = Math.Min(_pieceLength, Length - position);
        ObjectContent piece = await _gateway.GetAsync(_object.Key, new ByteRange(position, length), cancellation)
            ?? throw new StorageException(StorageErrorKind.Conflict, "read", _object.Key, "the object was removed while it was read; open it again");
        if (piece.Info.Version != _object.Version || piece.Info.Length != _object.Length)
            throw new StorageException(StorageErrorKind.Conflict, "read", _object.Key, "the object was replaced while it was read; open it again");
        if (piece.Bytes.Length != length)
            throw new StorageException(StorageErrorKind.Corrupt, "read", _object.Key, $"{piece.Bytes.Length} bytes came where {length} were asked for");
        return (piece.Bytes, position);
    }
}
