using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace FireproofBench.Gateways.Http.Protocol;

/// <summary>Versions of objects as entity tags (RFC 9110, 8.8.3): in quotes, and what may not stand there as <c>%XX</c>.</summary>
internal static class EntityTag
{
    /// <summary>Longest tag that is read, in characters.</summary>
    public const int MaxLength = 1024;

    private static readonly SearchValues<char> _plain = SearchValues.Create("!#$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>The tag of a version that is not empty.</summary>
    public static string Write(string version)
    {
        if (!version.AsSpan().ContainsAnyExcept(_plain))
            return string.Concat("\"", version, "\"");
        StringBuilder text = new("\"");
        foreach (byte b in Encoding.UTF8.GetBytes(version))
        {
            if (_plain.Contains((char)b))
                _ = text.Append((char)b);
            else
                _ = text.Append(System.Globalization.CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return text.Append('"').ToString();
    }

    /// <summary>Reads one strong tag.</summary>
    /// <returns>False for weak tags, lists, <c>*</c> and what is no tag.</returns>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? version)
    {
        version = null;
        if (text.Length is < 3 or > MaxLength || text[0] != '"' || text[^1] != '"')
            return false;
        ReadOnlySpan<char> inner = text.AsSpan(1, text.Length - 2);
        if (!inner.ContainsAnyExcept(_plain))
        {
            version = inner.ToString();
            return true;
        }

        return TryUnescape(inner, out version);
    }

    private static bool TryUnescape(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? version)
    {
        version = null;
        byte[] bytes = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(text.Slice(i + 1, 2))[0];
                i += 2;
            }
            else if (_plain.Contains(text[i]))
            {
                bytes[length++] = (byte)text[i];
            }
            else
            {
                return false;
            }
        }

        version = Encoding.UTF8.GetString(bytes, 0, length);
        return true;
    }
}
