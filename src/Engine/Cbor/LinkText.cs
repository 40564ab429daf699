using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Cbor;

/// <summary>
/// Content ids of any kind as bytes and as text. Documents may link to anything; only what the database itself makes is a <see cref="Cid"/>.
/// </summary>
public static class LinkText
{
    /// <summary>Longest binary form that is read, in bytes: an identity hash may carry content, a link in a document need not.</summary>
    public const int MaxLength = 256;

    private const int Version0Length = 34;

    /// <summary>Whether the bytes are a CIDv0 (a bare SHA-256 multihash) or a CIDv1 with codec and multihash of matching length.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> binary)
    {
        if (IsVersion0(binary))
            return true;
        if (binary.Length > MaxLength || !TryReadVarint(ref binary, out ulong version) || version != 1)
            return false;
        return TryReadVarint(ref binary, out _) && TryReadVarint(ref binary, out _) && TryReadVarint(ref binary, out ulong length) && length == (ulong)binary.Length;
    }

    /// <summary>The text: base58btc without prefix for version 0, base32 with prefix <c>b</c> for version 1.</summary>
    /// <param name="binary">A well-formed content id.</param>
    public static string Format(ReadOnlySpan<byte> binary) => IsVersion0(binary) ? Base58.Encode(binary) : "b" + Base32.Encode(binary);

    /// <summary>Reads the text of either version.</summary>
    /// <returns>False when it is not a content id in base32 (version 1) or base58btc.</returns>
    public static bool TryParse(string text, out byte[] binary)
    {
        binary = [];
        if (text.Length is 0 or > Base58.MaxTextLength)
            return false;
        if (text[0] == 'b')
        {
            byte[] buffer = new byte[text.Length];
            if (!Base32.TryDecode(text.AsSpan(1), buffer, out int written))
                return false;
            binary = buffer[..written];
        }
        else if (!Base58.TryDecode(text.AsSpan(text[0] == 'z' ? 1 : 0), out binary))
        {
            return false;
        }

        return IsWellFormed(binary);
    }

    private static bool IsVersion0(ReadOnlySpan<byte> binary) => binary.Length == Version0Length && binary[0] == 0x12 && binary[1] == 0x20;

    private static bool TryReadVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        int length = Varint.TryRead(bytes, out value);
        if (length == 0)
            return false;
        bytes = bytes[length..];
        return true;
    }
}
