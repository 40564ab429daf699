using System.Globalization;

namespace FireproofBench.Gateways.WebDav;

/// <summary>Entity tags as versions. The mark of a weak one is left out: some servers take it away when the object is a second old, and the content is the same.</summary>
internal static class WebDavVersion
{
    /// <summary>The version that a tag stands for; empty for none.</summary>
    public static string Of(string tag)
    {
        ReadOnlySpan<char> text = tag.AsSpan().Trim();
        if (text.StartsWith("W/"))
            text = text[2..];
        return text.Length >= 2 && text[0] == '"' && text[^1] == '"' ? text[1..^1].ToString() : text.ToString();
    }

    /// <summary>Whether a tag is weak.</summary>
    public static bool IsWeak(string tag) => tag.AsSpan().TrimStart().StartsWith("W/");

    /// <summary>The tag that servers make of time and length alone, as hexadecimal numbers (nginx): known from a listing that has no tags.</summary>
    public static string OfTimeAndLength(DateTimeOffset modified, long length) =>
        string.Create(CultureInfo.InvariantCulture, $"{modified.ToUnixTimeSeconds():x}-{length:x}");
}
