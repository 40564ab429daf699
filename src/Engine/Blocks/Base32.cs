namespace FireproofBench.Engine.Blocks;

/// <summary>Base32 of RFC 4648 in lower case without padding: multibase prefix <c>b</c>.</summary>
public static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>How many characters <paramref name="byteCount"/> bytes take.</summary>
    public static int EncodedLength(int byteCount) => ((byteCount * 8) + 4) / 5;

    /// <summary>Writes the text of <paramref name="bytes"/> into the start of <paramref name="destination"/>.</summary>
    /// <param name="bytes">Any length.</param>
    /// <param name="destination">At least <see cref="EncodedLength"/> characters.</param>
    public static void Encode(ReadOnlySpan<byte> bytes, Span<char> destination)
    {
        uint buffer = 0;
        int bits = 0;
        int at = 0;
        foreach (byte b in bytes)
        {
            buffer = (buffer << 8) | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                destination[at++] = Alphabet[(int)((buffer >> bits) & 31)];
            }
        }

        if (bits > 0)
            destination[at] = Alphabet[(int)((buffer << (5 - bits)) & 31)];
    }

    /// <summary>The text of <paramref name="bytes"/>.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[EncodedLength(bytes.Length)];
        Encode(bytes, text);
        return new string(text);
    }

    /// <summary>Reads text back to bytes.</summary>
    /// <returns>False for a foreign character, a length that no byte count has, bits left over that are not zero, or too small a destination.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        uint buffer = 0;
        int bits = 0;
        written = 0;
        foreach (char c in text)
        {
            int value = c is >= 'a' and <= 'z' ? c - 'a' : c is >= '2' and <= '7' ? c - '2' + 26 : -1;
            if (value < 0)
                return false;
            buffer = (buffer << 5) | (uint)value;
            bits += 5;
            if (bits < 8)
                continue;
            bits -= 8;
            if (written == destination.Length)
                return false;
            destination[written++] = (byte)(buffer >> bits);
        }

        return bits < 5 && (buffer & ((1u << bits) - 1)) == 0;
    }
}
