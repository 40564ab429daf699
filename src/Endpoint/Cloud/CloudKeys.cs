using System.Text;
using FireproofBench.Endpoint.Access;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Reads the keys of those who sign tokens of the cloud protocol.</summary>
public static class CloudKeys
{
    private const int MaxLength = 1 << 20;

    /// <summary>Reads a JWK, a JWK set, or either in the form in which the reference server has it in its environment: multibase base58btc (<c>z…</c>), or base64, of the JSON.</summary>
    /// <param name="text">The text. The public half of a key is enough.</param>
    /// <exception cref="FormatException">It is none of these. The message quotes nothing of it.</exception>
    public static KeySource Read(string text)
    {
        text = text.Trim();
        if (text.Length > MaxLength)
            throw new FormatException($"more than {MaxLength} characters are no keys");
        return KeySource.FromJson(text is ['{', ..] ? text : Encoding.UTF8.GetString(Decode(text)));
    }

    private static byte[] Decode(string text)
    {
        if (text is ['z', .. string digits] && Base58.TryDecode(digits, out byte[] json))
            return json;
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : throw new FormatException("no JWK, no JWK set, and neither base58btc (z…) nor base64 of one");
    }
}
