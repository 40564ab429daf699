using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace FireproofBench.Engine.Documents;

/// <summary>Text of a JSON string token, as its UTF-8 bytes.</summary>
/// <remarks>
/// The parser of the platform refuses an escaped lone surrogate (<c>\ud800</c>), which JavaScript's accepts and its encoder turns into U+FFFD. So
/// escapes are resolved here, where there are any.
/// </remarks>
internal static class JsonText
{
    /// <summary>Resolves the escapes of a token's inside, already known to be well-formed JSON.</summary>
    public static string Unescape(ReadOnlySpan<byte> inside)
    {
        var text = new StringBuilder(inside.Length);
        while (inside.IndexOf((byte)'\\') is var at && at >= 0)
        {
            text.Append(Encoding.UTF8.GetString(inside[..at]));
            byte kind = inside[at + 1];
            inside = inside[(at + 2)..];
            if (kind != (byte)'u')
            {
                text.Append(kind switch
                {
                    (byte)'b' => '\b',
                    (byte)'f' => '\f',
                    (byte)'n' => '\n',
                    (byte)'r' => '\r',
                    (byte)'t' => '\t',
                    _ => (char)kind,
                });
                continue;
            }

            text.Append((char)ushort.Parse(Encoding.UTF8.GetString(inside[..4]), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            inside = inside[4..];
        }

        return text.Append(Encoding.UTF8.GetString(inside)).ToString();
    }

    /// <summary>Reads base64 with or without padding.</summary>
    public static byte[]? FromBase64(string text)
    {
        string padded = (text.Length % 4) switch { 2 => text + "==", 3 => text + "=", _ => text };
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(padded.Length)];
        return Convert.TryFromBase64String(padded, bytes, out int written) ? bytes[..written] : null;
    }
}
