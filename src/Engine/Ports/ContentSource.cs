using System.Runtime.InteropServices;

namespace FireproofBench.Engine.Ports;

/// <summary>The bytes of an object that is too large for memory: how many they are, and a way to read them from the start, again when a call is repeated.</summary>
/// <param name="length">Length in bytes, at least 0.</param>
/// <param name="open">Opens the bytes at their start. Each stream gives the same bytes; whoever opened it disposes of it.</param>
/// <param name="canReopen">Whether they can be opened more than once; false for what comes in and is gone, such as the body of a request.</param>
public sealed class ContentSource(long length, Func<CancellationToken, ValueTask<Stream>> open, bool canReopen = true)
{
    /// <summary>Whether the bytes can be opened more than once. Where not, a call that would need them again fails, as Transient once they are gone.</summary>
    public bool CanReopen { get; } = canReopen;

    /// <summary>Length in bytes.</summary>
    public long Length { get; } = length >= 0 ? length : throw new ArgumentOutOfRangeException(nameof(length), length, "A length is not negative.");

    /// <summary>Bytes that are in memory; not to be changed as long as they may be read.</summary>
    public static ContentSource Of(ReadOnlyMemory<byte> bytes) => new(
        bytes.Length,
        _ => ValueTask.FromResult<Stream>(
            MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> array)
                ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
                : new MemoryStream(bytes.ToArray(), writable: false)));

    /// <summary>Opens the bytes at their start.</summary>
    public ValueTask<Stream> OpenAsync(CancellationToken cancellation) => open(cancellation);

    /// <summary>Reads all of it into memory.</summary>
    /// <param name="key">The key that it is meant for, for the message.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="StorageException">Permanent when the stream does not have the length that was announced; Unsupported above the runtime's longest array.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(string key, CancellationToken cancellation)
    {
        if (Length > Array.MaxLength)
            throw new StorageException(StorageErrorKind.Unsupported, "put", key, $"{Length} bytes do not fit into memory, and this provider takes objects whole");
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)Length);
        await using Stream stream = await OpenAsync(cancellation);
        int read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        if (read < bytes.Length || await stream.ReadAsync(new byte[1], cancellation) > 0)
            throw WrongLength(key);
        return bytes;
    }

    /// <summary>What to throw when a stream of this source turns out shorter or longer than announced.</summary>
    /// <param name="key">The key that it is meant for.</param>
    public StorageException WrongLength(string key) =>
        new(StorageErrorKind.Permanent, "put", key, $"the content was announced with {Length} bytes and has another length; nothing was stored");
}
