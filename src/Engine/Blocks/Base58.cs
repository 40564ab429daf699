using System.Security.Cryptography;

namespace FireproofBench.Engine.Blocks;

/// <summary>Base58 in the Bitcoin alphabet: multibase prefix <c>z</c>. Keys and fingerprints in a key bag are written in it.</summary>
public static class Base58
{
    /// <summary>Longest text that is decoded, in characters. Decoding is quadratic; a 32-byte key takes 44, and a private JWK some 400.</summary>
    public const int MaxTextLength = 1024;

    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>The text of <paramref name="bytes"/>, without a multibase prefix.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[MaxLengthOf(bytes.Length)];
        return new string(text, 0, Encode(bytes, text));
    }

    /// <summary>Longest text of so many bytes, in characters.</summary>
    public static int MaxLengthOf(int bytes) => (bytes * 137 / 100) + 1;

    /// <summary>Writes the text of <paramref name="bytes"/>, without a multibase prefix; leaves no copy of it behind, so it is the way for keys.</summary>
    /// <param name="bytes">What is written.</param>
    /// <param name="text">Room for at least <see cref="MaxLengthOf"/> characters.</param>
    /// <returns>How many characters were written.</returns>
    public static int Encode(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        int zeros = 0;
        while (zeros < bytes.Length && bytes[zeros] == 0)
            zeros++;

        // log(256)/log(58) is below 1.37: the digits of the number, least significant first.
        Span<byte> digits = new byte[MaxLengthOf(bytes.Length)];
        int length = 0;
        foreach (byte b in bytes[zeros..])
        {
            int carry = b;
            for (int i = 0; i < length; i++)
            {
                carry += digits[i] << 8;
                digits[i] = (byte)(carry % 58);
                carry /= 58;
            }

            for (; carry > 0; carry /= 58)
                digits[length++] = (byte)(carry % 58);
        }

        text[..zeros].Fill('1');
        for (int i = 0; i < length; i++)
            text[zeros + i] = Alphabet[digits[length - 1 - i]];
        CryptographicOperations.ZeroMemory(digits);
        return zeros + length;
    }

    /// <summary>Reads text back to bytes.</summary>
    /// <param name="text">Without a multibase prefix, at most <see cref="MaxTextLength"/> characters.</param>
    /// <param name="bytes">The bytes, when the answer is true.</param>
    /// <returns>False for a foreign character or too long a text.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        if (text.Length > MaxTextLength)
            return false;
        int zeros = 0;
        while (zeros < text.Length && text[zeros] == '1')
            zeros++;

        Span<byte> number = stackalloc byte[MaxTextLength];
        int length = 0;
        foreach (char c in text[zeros..])
        {
            int carry = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (carry < 0)
                return false;
            for (int i = 0; i < length; i++)
            {
                carry += number[i] * 58;
                number[i] = (byte)carry;
                carry >>= 8;
            }

            for (; carry > 0; carry >>= 8)
                number[length++] = (byte)carry;
        }

        bytes = new byte[zeros + length];
        for (int i = 0; i < length; i++)
            bytes[zeros + i] = number[length - 1 - i];
        CryptographicOperations.ZeroMemory(number);
        return true;
    }
}
