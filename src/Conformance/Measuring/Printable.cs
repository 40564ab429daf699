using System.Globalization;
using System.Text;

namespace FireproofBench.Conformance.Measuring;

/// <summary>Text from outside, made fit for terminals, XML and logs.</summary>
internal static class Printable
{
    /// <summary>A key in quotes; characters that a terminal would act upon or that cannot be seen are escaped, long keys cut in the middle.</summary>
    public static string Key(string key)
    {
        string text = Escape(key);
        return text.Length <= 96 ? $"'{text}'" : $"'{text[..56]}…{text[^32..]}' ({Encoding.UTF8.GetByteCount(key)} bytes)";
    }

    /// <summary>Escapes control characters, lone surrogates and everything that is not visible by itself.</summary>
    public static string Escape(string text)
    {
        StringBuilder safe = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool visible = rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.NonSpacingMark);
            safe.Append(visible ? rune.ToString() : $"\\u{{{rune.Value:x}}}");
        }

        return safe.ToString();
    }
}
