using System.Globalization;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Endpoint.Objects;

/// <summary>One range of bytes, as a request asks for it (RFC 9110, 14.1.2).</summary>
/// <param name="First">First byte; null for the last <paramref name="Last"/> bytes.</param>
/// <param name="Last">Last byte; null for the end of the object.</param>
internal readonly record struct RangeHeader(long? First, long? Last)
{
    /// <summary>Reads the header.</summary>
    /// <returns>False when it is none that is served: several ranges, other units, what cannot be read. Then all of the object is the answer.</returns>
    public static bool TryRead(string? header, out RangeHeader range)
    {
        range = default;
        if (header is null || !header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            return false;
        ReadOnlySpan<char> text = header.AsSpan("bytes=".Length).Trim();
        int dash = text.IndexOf('-');
        if (dash < 0 || !TryNumber(text[..dash], out long? first) || !TryNumber(text[(dash + 1)..], out long? last)
            || (first is null && last is null) || last < first)
            return false;
        range = new RangeHeader(first, last);
        return true;
    }

    /// <summary>The range of an object whose length is known only when the range counts from the end.</summary>
    /// <param name="length">Length of the object in bytes; not looked at when <see cref="First"/> is there.</param>
    public ByteRange? OfLength(long length)
    {
        if (First is { } first)
            return new ByteRange(first, Last is { } last && last - first < long.MaxValue ? last - first + 1 : long.MaxValue);
        long count = Math.Min(Last!.Value, length);
        return count == 0 ? null : new ByteRange(length - count, count);
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long? number)
    {
        number = null;
        if (text.IsEmpty)
            return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value))
            return false;
        number = value;
        return true;
    }
}
