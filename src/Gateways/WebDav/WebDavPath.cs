using System.Text;

namespace FireproofBench.Gateways.WebDav;

/// <summary>Keys as paths of a URL, and back. Each segment is percent-encoded by itself, in UTF-8, all but letters, digits and <c>-._~</c>.</summary>
internal static class WebDavPath
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A key, or a folder with a slash at its end, as a path.</summary>
    public static string Encode(string key) => string.Join('/', key.Split('/').Select(Uri.EscapeDataString));

    /// <summary>The text of a segment; null when it is no UTF-8, or holds a slash: it is the name of no key then.</summary>
    public static string? DecodeSegment(ReadOnlySpan<char> segment)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(segment.Length)];
        int count = 0;
        for (int i = 0; i < segment.Length;)
        {
            if (segment[i] == '%')
            {
                if (i + 2 >= segment.Length || !byte.TryParse(segment.Slice(i + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, null, out bytes[count]))
                    return null;
                count++;
                i += 3;
                continue;
            }

            // Some servers leave letters of other scripts as they are.
            int end = segment[i..].IndexOf('%');
            end = end < 0 ? segment.Length : i + end;
            count += Encoding.UTF8.GetBytes(segment[i..end], bytes.AsSpan(count));
            i = end;
        }

        try
        {
            string text = _strict.GetString(bytes, 0, count);
            return text.Contains('/', StringComparison.Ordinal) ? null : text;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The segments of a path that a server wrote, decoded; null when one of them has no text. A URL with scheme and host is taken as its path.</summary>
    public static string[]? Segments(string href)
    {
        int scheme = href.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0)
        {
            int path = href.IndexOf('/', scheme + 3);
            href = path < 0 ? "/" : href[path..];
        }

        List<string> segments = [];
        foreach (string part in href.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (DecodeSegment(part) is not { } segment)
                return null;
            segments.Add(segment);
        }

        return [.. segments];
    }
}
