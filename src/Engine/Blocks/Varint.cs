namespace FireproofBench.Engine.Blocks;

/// <summary>Unsigned LEB128 integers as multiformats use them: seven bits a byte, least significant first, at most nine bytes.</summary>
public static class Varint
{
    /// <summary>Longest encoding, in bytes: 63 bits. Source: multiformats unsigned-varint specification.</summary>
    public const int MaxLength = 9;

    /// <summary>How many bytes <paramref name="value"/> takes.</summary>
    public static int Length(ulong value)
    {
        int length = 1;
        for (; value >= 0x80; value >>= 7)
            length++;
        return length;
    }

    /// <summary>Writes <paramref name="value"/> into the start of <paramref name="destination"/>.</summary>
    /// <returns>How many bytes it took.</returns>
    public static int Write(Span<byte> destination, ulong value)
    {
        int at = 0;
        for (; value >= 0x80; value >>= 7)
            destination[at++] = (byte)(value | 0x80);
        destination[at++] = (byte)value;
        return at;
    }

    /// <summary>Reads from the start of <paramref name="bytes"/>.</summary>
    /// <returns>How many bytes it took; 0 when they are cut off, too long, or longer than needed.</returns>
    public static int TryRead(ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int i = 0; i < bytes.Length && i < MaxLength; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
                return i > 0 && bytes[i] == 0 ? 0 : i + 1;
        }

        return 0;
    }
}
