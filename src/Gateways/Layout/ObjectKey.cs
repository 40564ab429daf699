using System.Text;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Layout;

/// <summary>Which keys an object may have: segments joined by <c>/</c>, that every provider can keep exactly.</summary>
internal static class ObjectKey
{
    /// <summary>Longest key, in bytes of UTF-8.</summary>
    public const int MaxLength = 1024;

    /// <summary>Longest segment, in bytes of UTF-8: what the common file systems allow.</summary>
    public const int MaxSegmentLength = 255;

    /// <summary>Refuses a key that cannot be stored.</summary>
    /// <exception cref="StorageException">InvalidName, with the reason.</exception>
    public static void Check(string key, string operation)
    {
        if (Complaint(key) is { } complaint)
            throw new StorageException(StorageErrorKind.InvalidName, operation, Printable(key), complaint);
    }

    /// <summary>Why a key cannot be stored; null when it can.</summary>
    public static string? Complaint(string key)
    {
        if (key.Length == 0)
            return "the key is empty";
        int segmentStart = 0;
        int total = 0;
        int segment = 0;
        for (int i = 0; i <= key.Length; i++)
        {
            char c = i < key.Length ? key[i] : '/';
            if (c == '/')
            {
                if (SegmentComplaint(key.AsSpan(segmentStart, i - segmentStart), segment) is { } complaint)
                    return complaint;
                segmentStart = i + 1;
                total += segment + 1;
                segment = 0;
            }
            else if (c < 0x80)
            {
                if (c is '\0' or '\\')
                    return "a key holds neither a backslash nor NUL";
                segment++;
            }
            else if (!char.IsSurrogate(c))
            {
                segment += c < 0x800 ? 2 : 3;
            }
            else if (char.IsHighSurrogate(c) && i + 1 < key.Length && char.IsLowSurrogate(key[i + 1]))
            {
                segment += 4;
                i++;
            }
            else
            {
                return "the key holds half a surrogate pair, which has no UTF-8 form";
            }
        }

        return total - 1 > MaxLength ? $"the key is longer than {MaxLength} bytes of UTF-8" : null;
    }

    /// <summary>Whether no file system can take the key for another one: letters in lower case, digits, and signs of ASCII.</summary>
    /// <remarks>Names that the engine makes are all of this kind.</remarks>
    public static bool IsPlain(ReadOnlySpan<char> key) =>
        !key.ContainsAnyInRange('A', 'Z') && !key.ContainsAnyExceptInRange('\0', '\x7f');

    /// <summary>A key for a message: control characters and half pairs replaced, cut at 200 characters.</summary>
    public static string Printable(string key)
    {
        StringBuilder text = new(Math.Min(key.Length, 201));
        foreach (Rune rune in key.EnumerateRunes())
        {
            if (text.Length >= 200)
                return text.Append('…').ToString();
            text.Append(Rune.IsControl(rune) ? "\ufffd" : rune.ToString());
        }

        return text.ToString();
    }

    private static string? SegmentComplaint(ReadOnlySpan<char> segment, int utf8Length)
    {
        if (segment.IsEmpty)
            return "a key has no empty segment, and no slash at its start or end";
        if (segment is "." or "..")
            return "no segment of a key is '.' or '..'";
        return utf8Length > MaxSegmentLength ? $"a segment is longer than {MaxSegmentLength} bytes of UTF-8" : null;
    }
}
