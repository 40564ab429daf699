using System.Runtime.InteropServices;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.S3;

/// <summary>The bytes of a put: in memory, or from a source.</summary>
internal sealed class S3Content
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly ContentSource? _source;
    private readonly string _key = "";

    /// <summary>Bytes in memory.</summary>
    public S3Content(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        Length = bytes.Length;
    }

    /// <summary>A source.</summary>
    public S3Content(ContentSource source, string key)
    {
        _source = source;
        _key = key;
        Length = source.Length;
    }

    /// <summary>How many bytes.</summary>
    public long Length { get; }

    /// <summary>The bytes, when they are in memory.</summary>
    public ReadOnlyMemory<byte>? InMemory => _source is null ? _bytes : (ReadOnlyMemory<byte>?)null;

    /// <summary>The content was announced with another length.</summary>
    public StorageException WrongLength() => _source!.WrongLength(_key);

    /// <summary>The bytes from their start.</summary>
    public ValueTask<Stream> OpenAsync(CancellationToken cancellation)
    {
        if (_source is not null)
            return _source.OpenAsync(cancellation);
        return ValueTask.FromResult<Stream>(MemoryMarshal.TryGetArray(_bytes, out ArraySegment<byte> array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(_bytes.ToArray(), writable: false));
    }
}
