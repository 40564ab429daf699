using System.Text;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>A verdict as a small picture: <c>FireproofBench | safe</c>. It needs no font, no style and no network of others.</summary>
internal static class Badge
{
    private const string Name = "FireproofBench";

    /// <summary>The badge as SVG in UTF-8.</summary>
    /// <param name="verdict">The verdict in words.</param>
    public static byte[] Of(string verdict)
    {
        int left = WidthOf(Name);
        int right = WidthOf(verdict);
        // All with a contrast of 4.5 and more to white.
        string colour = VerdictText.ClassOf(verdict) switch { "safe" => "#10693a", "with" => "#855500", "unsafe" => "#ab1f17", _ => "#59626e" };
        HtmlText svg = new();
        svg.Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{left + right}\" height=\"20\" role=\"img\" aria-label=\"{Name}: {verdict}\">\n");
        svg.Add($"<title>{Name}: {verdict}</title>\n");
        svg.Add($"<clipPath id=\"round\"><rect width=\"{left + right}\" height=\"20\" rx=\"3\"/></clipPath>\n");
        svg.Add($"<g clip-path=\"url(#round)\"><rect width=\"{left}\" height=\"20\" fill=\"#3a4048\"/>");
        svg.Add($"<rect x=\"{left}\" width=\"{right}\" height=\"20\" fill=\"{colour}\"/></g>\n");
        svg.Add($"<g fill=\"#fff\" font-family=\"Verdana,DejaVu Sans,Geneva,sans-serif\" font-size=\"11\" text-anchor=\"middle\">\n");
        svg.Add($"<text x=\"{left / 2.0}\" y=\"14\" textLength=\"{left - 14}\" lengthAdjust=\"spacingAndGlyphs\">{Name}</text>\n");
        svg.Add($"<text x=\"{left + (right / 2.0)}\" y=\"14\" textLength=\"{right - 14}\" lengthAdjust=\"spacingAndGlyphs\">{verdict}</text>\n</g>\n</svg>\n");
        return Encoding.UTF8.GetBytes(svg.ToString());
    }

    // Seven hundredths of an em more or less are evened out by textLength.
    private static int WidthOf(string text) => 14 + (int)Math.Round(text.Sum(c => c switch
    {
        'i' or 'l' or 't' or 'r' or 'f' or ' ' => 4.6,
        'm' or 'w' => 9.8,
        _ => 6.9,
    }));
}
