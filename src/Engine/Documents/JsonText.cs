using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace FireproofBench.Engine.Documents;

/// <summary>Text of a JSON string token, as its UTF-8 bytes.</summary>
/// <remarks>
/// The parser of the platform refuses an escaped lone surrogate (<c>\ud800</c>), which JavaScript's accepts and its encoder turns into U+FFFD. So
/// escapes are resolved here, where there are any.
/// </remarks>
internal static class JsonText
{
    /// <summary>Most bytes of padding that base64 can lack.</summary>
    public const int MaxPadding = 2;

    /// <summary>Whether a field has this name, also when it is written with escapes. The platform's own question fails at a lone surrogate.</summary>
    public static bool IsNamed(JsonProperty field, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8PropertyName(field);
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(Unescape(raw)).AsSpan().SequenceEqual(name) : raw.SequenceEqual(name);
    }

    /// <summary>Resolves the escapes of a token's inside, already known to be well-formed JSON.</summary>
    public static string Unescape(ReadOnlySpan<byte> inside)
    {
        byte[] text = new byte[inside.Length];
        return Encoding.UTF8.GetString(text, 0, Unescape(inside, text));
    }

    /// <summary>The same as UTF-8; a lone surrogate becomes U+FFFD.</summary>
    /// <param name="inside">The token's inside.</param>
    /// <param name="text">At least as long: no escape is shorter than what it stands for.</param>
    /// <returns>How many bytes were written.</returns>
    public static int Unescape(ReadOnlySpan<byte> inside, Span<byte> text)
    {
        int length = 0;
        while (inside.IndexOf((byte)'\\') is var at && at >= 0)
        {
            inside[..at].CopyTo(text[length..]);
            length += at;
            length += UnescapeOne(inside[at..], text[length..], out int used);
            inside = inside[(at + used)..];
        }

        inside.CopyTo(text[length..]);
        return length + inside.Length;
    }

    /// <summary>Reads base64 with or without padding.</summary>
    /// <param name="inside">A token's inside.</param>
    /// <param name="bytes">Longer than the inside by <see cref="MaxPadding"/>; the bytes are at its start.</param>
    /// <param name="length">How many bytes there are.</param>
    public static bool TryFromBase64(ReadOnlySpan<byte> inside, Span<byte> bytes, out int length)
    {
        int written = Unescape(inside, bytes);
        int padding = (written % 4) switch { 2 => 2, 3 => 1, _ => 0 };
        bytes.Slice(written, padding).Fill((byte)'=');
        return Base64.DecodeFromUtf8InPlace(bytes[..(written + padding)], out length) == OperationStatus.Done;
    }

    private static int UnescapeOne(ReadOnlySpan<byte> escape, Span<byte> text, out int used)
    {
        used = 2;
        if (escape[1] == (byte)'u')
        {
            char first = ReadUnit(escape);
            used = 6;
            if (char.IsHighSurrogate(first) && escape.Length >= 12 && escape[6] == (byte)'\\' && escape[7] == (byte)'u' && ReadUnit(escape[6..]) is var second && char.IsLowSurrogate(second))
            {
                used = 12;
                return new Rune(first, second).EncodeToUtf8(text);
            }

            return (Rune.TryCreate(first, out Rune rune) ? rune : Rune.ReplacementChar).EncodeToUtf8(text);
        }

        text[0] = escape[1] switch
        {
            (byte)'b' => (byte)'\b',
            (byte)'f' => (byte)'\f',
            (byte)'n' => (byte)'\n',
            (byte)'r' => (byte)'\r',
            (byte)'t' => (byte)'\t',
            _ => escape[1],
        };
        return 1;
    }

    private static char ReadUnit(ReadOnlySpan<byte> escape) => (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
