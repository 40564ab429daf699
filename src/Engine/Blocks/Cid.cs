using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace FireproofBench.Engine.Blocks;

/// <summary>
/// A content id: CIDv1 over SHA-256, the only kind that the database format makes. A value of 33 bytes; its text exists only at the edge.
/// </summary>
/// <remarks>
/// Binary form, 36 bytes: <c>01</c> (version), codec, <c>12 20</c> (sha2-256, 32 bytes), digest. Text form, 59 characters: <c>b</c> and the
/// binary form in base32 without padding. Ordered by the bytes of the binary form; <see cref="CompareText"/> orders by the text.
/// Source: multiformats CID specification.
/// </remarks>
public readonly struct Cid : IEquatable<Cid>, IComparable<Cid>
{
    /// <summary>Length of the binary form, in bytes.</summary>
    public const int BinaryLength = 36;

    /// <summary>Length of the text form, in characters.</summary>
    public const int TextLength = 59;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    private Cid(CidCodec codec, ReadOnlySpan<byte> digest)
    {
        Codec = codec;
        _a = BinaryPrimitives.ReadUInt64BigEndian(digest);
        _b = BinaryPrimitives.ReadUInt64BigEndian(digest[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(digest[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(digest[24..]);
    }

    /// <summary>What the named bytes are.</summary>
    public CidCodec Codec { get; }

    /// <summary>False for <c>default(Cid)</c>, which names nothing.</summary>
    public bool IsDefined => Codec != CidCodec.None;

    /// <summary>The content id of <paramref name="content"/>: hashes it.</summary>
    public static Cid Of(CidCodec codec, ReadOnlySpan<byte> content)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, digest);
        return new Cid(codec, digest);
    }

    /// <summary>The content id with this digest.</summary>
    /// <param name="codec">Car, Raw or DagCbor.</param>
    /// <param name="digest">SHA-256 of the content, 32 bytes.</param>
    /// <exception cref="ArgumentException">The digest is not 32 bytes, or the codec is not one of the three.</exception>
    public static Cid FromDigest(CidCodec codec, ReadOnlySpan<byte> digest)
    {
        if (digest.Length != SHA256.HashSizeInBytes)
            throw new ArgumentException($"A SHA-256 digest has 32 bytes, not {digest.Length}.", nameof(digest));
        if (!IsKnown((byte)codec))
            throw new ArgumentException($"Codec 0x{(byte)codec:x2} is none of CAR, raw and DAG-CBOR.", nameof(codec));
        return new Cid(codec, digest);
    }

    /// <summary>Reads the binary form.</summary>
    /// <param name="bytes">Exactly the 36 bytes of one content id.</param>
    /// <param name="cid">The content id, when the answer is true.</param>
    /// <returns>False when the bytes are another version, codec, hash or length.</returns>
    public static bool TryReadBinary(ReadOnlySpan<byte> bytes, out Cid cid)
    {
        if (bytes.Length != BinaryLength || bytes[0] != 1 || !IsKnown(bytes[1]) || bytes[2] != 0x12 || bytes[3] != 0x20)
        {
            cid = default;
            return false;
        }

        cid = new Cid((CidCodec)bytes[1], bytes[4..]);
        return true;
    }

    /// <summary>Reads the text form (multibase base32, lower case).</summary>
    /// <returns>False for any text that is not exactly one content id of the three codecs in its canonical spelling.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Cid cid)
    {
        Span<byte> binary = stackalloc byte[BinaryLength];
        if (text.Length == TextLength && text[0] == 'b' && Base32.TryDecode(text[1..], binary, out int written) && written == BinaryLength)
            return TryReadBinary(binary, out cid);
        cid = default;
        return false;
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is not a content id that this format uses; the message quotes it.</exception>
    public static Cid Parse(string text) =>
        TryParse(text, out Cid cid) ? cid : throw new FormatException($"'{text}' is not a content id (59 characters, CIDv1, SHA-256).");

    /// <summary>Writes the binary form into the first 36 bytes of <paramref name="destination"/>.</summary>
    public void WriteBinary(Span<byte> destination)
    {
        destination[0] = 1;
        destination[1] = (byte)Codec;
        destination[2] = 0x12;
        destination[3] = 0x20;
        WriteDigest(destination[4..]);
    }

    /// <summary>Writes the SHA-256 digest into the first 32 bytes of <paramref name="destination"/>.</summary>
    public void WriteDigest(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>Whether <paramref name="content"/> is what this id names: hashes it.</summary>
    public bool Names(ReadOnlySpan<byte> content) => Equals(Of(Codec, content));

    /// <summary>Orders by the text form, as the conflict resolution of the reference engine does.</summary>
    /// <remarks>Not the order of the bytes: base32 writes 26 to 31 as digits, which sort before letters.</remarks>
    public static int CompareText(Cid left, Cid right)
    {
        if (left.Equals(right))
            return 0;
        Span<char> l = stackalloc char[TextLength];
        Span<char> r = stackalloc char[TextLength];
        left.WriteText(l);
        right.WriteText(r);
        return ((ReadOnlySpan<char>)l).SequenceCompareTo(r);
    }

    /// <inheritdoc/>
    public bool Equals(Cid other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d && Codec == other.Codec;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Cid other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)_a);

    /// <summary>Orders by the bytes of the binary form.</summary>
    public int CompareTo(Cid other)
    {
        int order = Codec.CompareTo(other.Codec);
        if (order == 0)
            order = _a.CompareTo(other._a);
        if (order == 0)
            order = _b.CompareTo(other._b);
        if (order == 0)
            order = _c.CompareTo(other._c);
        return order == 0 ? _d.CompareTo(other._d) : order;
    }

    /// <summary>The text form, 59 characters; empty for <c>default(Cid)</c>.</summary>
    public override string ToString() => IsDefined ? string.Create(TextLength, this, static (text, cid) => cid.WriteText(text)) : "";

    /// <summary>Writes the text form into the first 59 characters of <paramref name="destination"/>.</summary>
    public void WriteText(Span<char> destination)
    {
        Span<byte> binary = stackalloc byte[BinaryLength];
        WriteBinary(binary);
        destination[0] = 'b';
        Base32.Encode(binary, destination[1..]);
    }

    /// <summary>Same bytes.</summary>
    public static bool operator ==(Cid left, Cid right) => left.Equals(right);

    /// <summary>Different bytes.</summary>
    public static bool operator !=(Cid left, Cid right) => !left.Equals(right);

    /// <summary>Order of the binary form.</summary>
    public static bool operator <(Cid left, Cid right) => left.CompareTo(right) < 0;

    /// <summary>Order of the binary form.</summary>
    public static bool operator >(Cid left, Cid right) => left.CompareTo(right) > 0;

    /// <summary>Order of the binary form.</summary>
    public static bool operator <=(Cid left, Cid right) => left.CompareTo(right) <= 0;

    /// <summary>Order of the binary form.</summary>
    public static bool operator >=(Cid left, Cid right) => left.CompareTo(right) >= 0;

    private static bool IsKnown(byte codec) => (CidCodec)codec is CidCodec.Car or CidCodec.Raw or CidCodec.DagCbor;
}
