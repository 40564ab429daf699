using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace FireproofBench.Endpoint.Requests;

/// <summary>The database and the key that a request names, exactly: taken from what came over the wire, since the decoded path no longer tells <c>%2F</c> from a slash.</summary>
internal static class RequestTarget
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the names of a matched route.</summary>
    /// <param name="http">The request.</param>
    /// <param name="database">The database; empty on routes without one.</param>
    /// <param name="key">The key; empty on routes without one.</param>
    /// <param name="complaint">Why the path cannot be taken.</param>
    /// <returns>False when it cannot.</returns>
    public static bool TryRead(HttpContext http, out string database, out string key, [NotNullWhen(false)] out string? complaint)
    {
        database = http.Request.RouteValues["database"] as string ?? "";
        key = http.Request.RouteValues["key"] as string ?? "";
        complaint = null;
        ReadOnlySpan<char> path = PathOf(http.Features.Get<IHttpRequestFeature>()!.RawTarget);
        if (path.Contains("/.", StringComparison.Ordinal) && HasDotSegment(path))
        {
            complaint = "a path with '.' or '..' as a segment";
            return false;
        }

        if (!path.Contains('%') || TryDecode(path, ref database, ref key))
            return true;
        complaint = "a path whose escapes are no UTF-8";
        return false;
    }

    // …/DATABASE/RESOURCE and, on routes with a key, /KEY. The decoded path has as many slashes as the raw one: the server leaves %2F alone, and dot segments were refused.
    private static bool TryDecode(ReadOnlySpan<char> path, ref string database, ref string key)
    {
        if (key.Length == 0 && path.EndsWith('/'))
            path = path[..^1];
        int keyStart = path.Length;
        for (int left = key.Length == 0 ? 0 : key.AsSpan().Count('/') + 1; left > 0 && keyStart > 0; left--)
            keyStart = path[..keyStart].LastIndexOf('/');
        if (keyStart <= 0 || !TryUnescape(keyStart == path.Length ? default : path[(keyStart + 1)..], out string? exactKey))
            return false;
        int resource = path[..keyStart].LastIndexOf('/');
        int start = resource <= 0 ? -1 : path[..resource].LastIndexOf('/');
        if (database.Length > 0 && (start < 0 || !TryUnescape(path[(start + 1)..resource], out database!)))
            return false;
        key = exactKey;
        return true;
    }

    private static bool TryUnescape(ReadOnlySpan<char> text, [NotNullWhen(true)] out string? decoded)
    {
        decoded = null;
        byte[] bytes = new byte[text.Length];
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                if (text[i] is <= ' ' or >= '\x7f')
                    return false;
                bytes[length++] = (byte)text[i];
            }
            else if (i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                bytes[length++] = Convert.FromHexString(text.Slice(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                return false;
            }
        }

        try
        {
            decoded = _strict.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static ReadOnlySpan<char> PathOf(string raw)
    {
        ReadOnlySpan<char> path = raw;
        int query = path.IndexOf('?');
        if (query >= 0)
            path = path[..query];
        if (path.StartsWith('/'))
            return path;

        // The absolute form: scheme://host/path.
        int authority = path.IndexOf("://", StringComparison.Ordinal);
        int slash = authority < 0 ? -1 : path[(authority + 3)..].IndexOf('/');
        return slash < 0 ? "/" : path[(authority + 3 + slash)..];
    }

    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        foreach (Range segment in path.Split('/'))
        {
            if (path[segment] is "." or "..")
                return true;
        }

        return false;
    }
}
