using System.Globalization;

namespace FireproofBench.Endpoint.Heads;

/// <summary>A moment in the history of a database's heads.</summary>
/// <param name="Log">The store's own random name, so that numbers of another store (one that was made anew, or brought back from a copy elsewhere) are not taken for its own.</param>
/// <param name="Sequence">How many changes there were; it only rises.</param>
public readonly record struct HeadCursor(string Log, long Sequence)
{
    /// <summary>Longest text that is read, in characters.</summary>
    internal const int MaxLength = 64;

    /// <summary>Reads the text form.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out HeadCursor cursor)
    {
        int dot = text.IndexOf('.');
        if (dot > 0 && text.Length <= MaxLength && long.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
            && !text[..dot].ContainsAnyExceptInRange('0', 'z'))
        {
            cursor = new HeadCursor(text[..dot].ToString(), sequence);
            return true;
        }

        cursor = default;
        return false;
    }

    /// <summary>The text form, <c>log.sequence</c>. Opaque to callers.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Log}.{Sequence}");
}
