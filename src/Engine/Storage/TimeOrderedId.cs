using System.Buffers.Binary;
using System.Globalization;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>Ids for documents that come without one: UUID version 7, so that later documents sort behind earlier ones.</summary>
internal static class TimeOrderedId
{
    /// <summary>A new id, 36 characters.</summary>
    public static string Create(TimeProvider time, IEntropy entropy)
    {
        Span<byte> bytes = stackalloc byte[16];
        entropy.Fill(bytes);
        Span<byte> stamp = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(stamp, time.GetUtcNow().ToUnixTimeMilliseconds());
        stamp[2..].CopyTo(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString("D", CultureInfo.InvariantCulture);
    }
}
