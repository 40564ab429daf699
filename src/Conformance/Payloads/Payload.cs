using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace FireproofBench.Conformance.Payloads;

/// <summary>
/// Bodies that describe themselves: key, version, writer, length and a hash of the whole stand in the body, the rest is filler that does not compress.
/// Whoever reads one can tell whose it is and whether it is whole, without knowing who wrote it.
/// </summary>
/// <remarks>
/// Layout: "FPB1", SHA-256 of all that follows it, length (int32), version (int64), writer (int32), length of the key (uint16), key in UTF-8, filler.
/// Little-endian.
/// </remarks>
internal static class Payload
{
    private const int HashAt = 4;
    private const int LengthAt = HashAt + SHA256.HashSizeInBytes;
    private const int VersionAt = LengthAt + 4;
    private const int WriterAt = VersionAt + 8;
    private const int KeyAt = WriterAt + 4;

    private static ReadOnlySpan<byte> Magic => "FPB1"u8;

    /// <summary>Fewest bytes of a body under this key.</summary>
    public static int SmallestFor(string key) => KeyAt + 2 + Encoding.UTF8.GetByteCount(key);

    /// <summary>Makes a body. Shorter than <see cref="SmallestFor"/> it cannot describe itself and is filler alone.</summary>
    public static byte[] Make(long seed, string key, int length, long version = 1, int writer = 0)
    {
        byte[] body = new byte[length];
        new Dice(seed, $"{key}\n{version}\n{writer}\n{length}").Fill(body);
        if (length < SmallestFor(key))
            return body;
        Magic.CopyTo(body);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(LengthAt), length);
        BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(VersionAt), version);
        BinaryPrimitives.WriteInt32LittleEndian(body.AsSpan(WriterAt), writer);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(KeyAt), (ushort)Encoding.UTF8.GetByteCount(key));
        Encoding.UTF8.GetBytes(key, body.AsSpan(KeyAt + 2));
        SHA256.HashData(body.AsSpan(LengthAt), body.AsSpan(HashAt));
        return body;
    }

    /// <summary>Reads what a body says of itself.</summary>
    public static PayloadReading Read(ReadOnlySpan<byte> body)
    {
        if (body.Length < KeyAt + 2 || !body[..HashAt].SequenceEqual(Magic))
            return new PayloadReading(PayloadState.Unrecognised, "", 0, 0, body.Length, body.Length);
        int length = BinaryPrimitives.ReadInt32LittleEndian(body[LengthAt..]);
        long version = BinaryPrimitives.ReadInt64LittleEndian(body[VersionAt..]);
        int writer = BinaryPrimitives.ReadInt32LittleEndian(body[WriterAt..]);
        int keyLength = BinaryPrimitives.ReadUInt16LittleEndian(body[KeyAt..]);
        string key = KeyAt + 2 + keyLength <= body.Length ? Encoding.UTF8.GetString(body.Slice(KeyAt + 2, keyLength)) : "";
        PayloadState state = length > body.Length ? PayloadState.Truncated
            : length < body.Length ? PayloadState.Extended
            : SHA256.HashData(body[LengthAt..]).AsSpan().SequenceEqual(body.Slice(HashAt, SHA256.HashSizeInBytes)) ? PayloadState.Whole
            : PayloadState.Mixed;
        return new PayloadReading(state, key, version, writer, length, body.Length);
    }
}
