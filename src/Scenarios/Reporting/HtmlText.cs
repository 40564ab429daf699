using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Markup that is being written: what stands in the source is taken as it is, and whatever is put into it is escaped.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    /// <summary>Adds markup; values in its holes are escaped.</summary>
#pragma warning disable CA1822, IDE0060 // The handler writes here while the call is being prepared.
    public void Add([InterpolatedStringHandlerArgument("")] ref Markup markup)
#pragma warning restore CA1822, IDE0060
    {
    }

    /// <summary>Adds text of this assembly as it is: a style, a script.</summary>
    public void AddAsset(string text) => _text.Append(text);

    /// <summary>What was written.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>Text as it may stand between tags and in quoted attributes. What cannot be seen, or turns the direction of writing, is spelled out.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(Printable.Escape(text));

    /// <summary>Markup with holes.</summary>
    /// <param name="literalLength">For the compiler.</param>
    /// <param name="formattedCount">For the compiler.</param>
    /// <param name="page">Where it goes.</param>
    [InterpolatedStringHandler]
#pragma warning disable CS9113 // The compiler gives them; here they are of no use.
    internal readonly ref struct Markup(int literalLength, int formattedCount, HtmlText page)
#pragma warning restore CS9113
    {
        /// <summary>Markup of the source.</summary>
        public void AppendLiteral(string markup) => page._text.Append(markup);

        /// <summary>A value.</summary>
        public void AppendFormatted(string? value) => page._text.Append(Escape(value ?? ""));

        /// <summary>A value.</summary>
        public void AppendFormatted<T>(T value, string? format = null)
            where T : IFormattable => page._text.Append(Escape(value.ToString(format, CultureInfo.InvariantCulture)));
    }
}
