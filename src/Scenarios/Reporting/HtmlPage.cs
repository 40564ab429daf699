using System.Text;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>A page that needs nothing beside itself: its style and scripts are in it, named by their hashes, and nothing else may run or be loaded.</summary>
internal static class HtmlPage
{
    /// <summary>Puts a page together.</summary>
    /// <param name="title">Its title.</param>
    /// <param name="body">What is between header and footer.</param>
    /// <param name="chartData">The figures of its charts as JSON in which no character can end a script; null for a page without charts.</param>
    public static byte[] Of(string title, HtmlText body, string? chartData = null)
    {
        string[] styles = chartData is null ? [ReportAssets.Style] : [ReportAssets.ChartStyle, ReportAssets.Style];
        string[] scripts = chartData is null ? [ReportAssets.Script] : [ReportAssets.Script, ReportAssets.Charts, ReportAssets.ChartScript];
        string policy = $"default-src 'none'; style-src {Hashes(styles)}; script-src {Hashes(scripts)}; img-src data:; base-uri 'none'; form-action 'none'";
        HtmlText page = new();
        page.Add($"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        // The hashes hold base64 only; the quotes of the policy have to stay as they are.
        page.AddAsset($"<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n");
        page.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        page.Add($"<meta name=\"referrer\" content=\"no-referrer\">\n<link rel=\"icon\" href=\"data:,\">\n<title>{title}</title>\n");
        foreach (string style in styles)
            page.AddAsset($"<style>{style}</style>\n");
        page.Add($"</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
        page.AddAsset(body.ToString());
        if (chartData is not null)
            page.AddAsset($"<script type=\"application/json\" id=\"chart-data\">{chartData}</script>\n<!--\nuPlot\n{ReportAssets.ChartLicence}-->\n");
        foreach (string script in scripts)
            page.AddAsset($"<script>{script}</script>\n");
        page.Add($"</body>\n</html>\n");
        return Encoding.UTF8.GetBytes(page.ToString());
    }

    private static string Hashes(IEnumerable<string> texts) => string.Join(' ', texts.Select(ReportAssets.HashOf));
}
