using System.Globalization;

namespace FireproofBench.Scenarios.CommandLine;

/// <summary>A part of a file, as people write it: <c>FROM-TO</c> or <c>FROM-</c>, bytes counted from 0, both of them included.</summary>
/// <param name="From">The first byte.</param>
/// <param name="To">The last byte; that of the file where it is left out.</param>
internal readonly record struct ByteSpan(long From, long To)
{
    /// <summary>The whole file, also an empty one.</summary>
    public static ByteSpan All { get; } = new(0, long.MaxValue);

    /// <summary>Reads it.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static ByteSpan Parse(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        long to = long.MaxValue;
        return dash > 0 && TryRead(text.AsSpan(0, dash), out long from) && (dash == text.Length - 1 || TryRead(text.AsSpan(dash + 1), out to)) && from <= to
            ? new ByteSpan(from, to)
            : throw new UsageException($"--range: '{text}' is not FROM-TO or FROM-, bytes counted from 0, the last one included.");
    }

    /// <summary>How many bytes it is of a file.</summary>
    /// <param name="length">The file's length.</param>
    /// <exception cref="UsageException">It begins behind the file's end.</exception>
    public long LengthIn(long length) => From < length
        ? Math.Min(To, length - 1) - From + 1
        : throw new UsageException($"--range: the file has {length} bytes, counted from 0, and none at {From}.");

    private static bool TryRead(ReadOnlySpan<char> digits, out long value) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
