using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>A file of the read cache: a head of fixed length, then the object. The head says what the store told of the object, and has the hash of all that follows the hash.</summary>
/// <remarks>Head: mark (8 bytes), SHA-256 (32), ticks of the last change or -1 (8, little-endian), length of the object (8), length of the version (2), the version in UTF-8, zeros.</remarks>
internal static class CacheEntry
{
    /// <summary>Length of the head, in bytes.</summary>
    public const int HeadLength = 512;

    private const int HashAt = 8;
    private const int TicksAt = HashAt + SHA256.HashSizeInBytes;
    private const int LengthAt = TicksAt + sizeof(long);
    private const int VersionLengthAt = LengthAt + sizeof(long);
    private const int VersionAt = VersionLengthAt + sizeof(ushort);

    private static ReadOnlySpan<byte> Mark => "fpbcach1"u8;

    /// <summary>The file of an object; null when its version is too long to be kept.</summary>
    public static byte[]? Encode(ObjectContent content)
    {
        if (Encoding.UTF8.GetByteCount(content.Info.Version) > HeadLength - VersionAt)
            return null;
        byte[] file = new byte[HeadLength + content.Bytes.Length];
        Mark.CopyTo(file);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(TicksAt), content.Info.LastModified?.UtcTicks ?? -1);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(LengthAt), content.Bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(VersionLengthAt), (ushort)Encoding.UTF8.GetBytes(content.Info.Version, file.AsSpan(VersionAt)));
        content.Bytes.Span.CopyTo(file.AsSpan(HeadLength));
        _ = SHA256.HashData(file.AsSpan(TicksAt), file.AsSpan(HashAt));
        return file;
    }

    /// <summary>The object of a file; null when the file is not whole or not of this kind.</summary>
    public static ObjectContent? Decode(string key, byte[] file)
    {
        if (file.Length < HeadLength || !file.AsSpan().StartsWith(Mark))
            return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(file.AsSpan(TicksAt), hash);
        return hash.SequenceEqual(file.AsSpan(HashAt, hash.Length)) && DecodeHead(key, file) is { } info && info.Length == file.Length - HeadLength
            ? new ObjectContent(file.AsMemory(HeadLength), info)
            : null;
    }

    /// <summary>What the head of a file says of its object; null when it is none. Only for files that were checked whole.</summary>
    public static ObjectInfo? DecodeHead(string key, ReadOnlySpan<byte> head)
    {
        if (head.Length < HeadLength || !head.StartsWith(Mark))
            return null;
        int versionLength = BinaryPrimitives.ReadUInt16LittleEndian(head[VersionLengthAt..]);
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(head[TicksAt..]);
        if (versionLength > HeadLength - VersionAt || ticks < -1 || ticks > DateTimeOffset.MaxValue.Ticks)
            return null;
        string version = Encoding.UTF8.GetString(head.Slice(VersionAt, versionLength));
        return new ObjectInfo(key, BinaryPrimitives.ReadInt64LittleEndian(head[LengthAt..]), version, ticks < 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero));
    }
}
