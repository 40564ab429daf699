using System.Globalization;
using System.Text.Json.Nodes;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>The page over a history of simulations: what was run so far, drawn and as a table.</summary>
internal static class SimulationPage
{
    private const int Width = 640;
    private const int Height = 220;
    private const int Margin = 40;
    private const int MostRows = 200;

    /// <summary>Draws the page.</summary>
    /// <param name="campaigns">The lines of the history, oldest first.</param>
    public static byte[] Of(IReadOnlyList<JsonObject> campaigns)
    {
        long seeds = campaigns.Sum(static campaign => Number(campaign, "seeds"));
        double hours = campaigns.Sum(static campaign => (double?)campaign["virtualHours"] ?? 0);
        int violations = campaigns.Sum(static campaign => (campaign["violations"] as JsonArray)?.Count ?? 0);
        HtmlText body = new();
        body.Add($"<header><h1>The simulated world</h1><p>{Count(campaigns.Count, "campaign")}, {Count(seeds, "seed")}, {Text(Math.Round(hours))} hours of virtual time, {Count(violations, "violation")}.</p></header>\n");
        body.Add($"<main id=\"main\"><section><h2>Seeds so far</h2>\n");
        Draw(body, campaigns);
        body.Add($"</section>\n<section><h2>Campaigns</h2><div class=\"scroll\"><table class=\"campaigns\"><thead><tr><th>Begun (UTC)</th><th>Seeds</th><th>Violations</th><th>Virtual hours</th><th>Seeds a minute</th><th>Writes</th><th>Longest settling</th></tr></thead><tbody>\n");
        foreach (JsonObject campaign in campaigns.Reverse().Take(MostRows))
        {
            body.Add($"<tr><td>{Begun(campaign)}</td><td>{Text(Number(campaign, "firstSeed"))} to {Text(Number(campaign, "lastSeed"))}</td>");
            body.Add($"<td>{Text((campaign["violations"] as JsonArray)?.Count ?? 0)}</td><td>{Text((double?)campaign["virtualHours"] ?? 0)}</td><td>{Text(Number(campaign, "seedsPerMinute"))}</td>");
            body.Add($"<td>{Text(Number(campaign, "acknowledged"))}</td><td>{Text(Number(campaign, "longestSettlingMs") / 1000.0)} s</td></tr>\n");
        }

        body.Add($"</tbody></table></div></section></main>\n");
        return HtmlPage.Of("The simulated world", body);
    }

    // A curve of the sum, and a dot for each campaign: filled where something was found.
    private static void Draw(HtmlText body, IReadOnlyList<JsonObject> campaigns)
    {
        long whole = Math.Max(1, campaigns.Sum(static campaign => Number(campaign, "seeds")));
        body.Add($"<svg viewBox=\"0 0 {Text(Width)} {Text(Height)}\" role=\"img\" aria-label=\"Seeds that were run, summed over campaigns\">\n");
        body.Add($"<line x1=\"{Text(Margin)}\" y1=\"{Text(Height - Margin)}\" x2=\"{Text(Width - 10)}\" y2=\"{Text(Height - Margin)}\" stroke=\"currentColor\"/><line x1=\"{Text(Margin)}\" y1=\"10\" x2=\"{Text(Margin)}\" y2=\"{Text(Height - Margin)}\" stroke=\"currentColor\"/>\n");
        body.Add($"<text x=\"{Text(Margin + 6)}\" y=\"20\" font-size=\"12\" fill=\"currentColor\">{Text(whole)} seeds</text><text x=\"{Text(Margin)}\" y=\"{Text(Height - 20)}\" font-size=\"12\" fill=\"currentColor\">{Begun(campaigns[0])}</text><text x=\"{Text(Width - 10)}\" y=\"{Text(Height - 20)}\" font-size=\"12\" text-anchor=\"end\" fill=\"currentColor\">{Begun(campaigns[^1])}</text>\n");
        long sum = 0;
        string points = "";
        string dots = "";
        for (int i = 0; i < campaigns.Count; i++)
        {
            sum += Number(campaigns[i], "seeds");
            double x = Margin + ((Width - Margin - 20.0) * (i + 1) / campaigns.Count);
            double y = Height - Margin - ((Height - Margin - 30.0) * sum / whole);
            points += string.Create(CultureInfo.InvariantCulture, $"{x:f1},{y:f1} ");
            bool hasFound = (campaigns[i]["violations"] as JsonArray)?.Count > 0;
            dots += string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{x:f1}\" cy=\"{y:f1}\" r=\"4\" stroke=\"currentColor\" fill=\"{(hasFound ? "#b3261e" : "none")}\"/>");
        }

        body.AddAsset($"<polyline points=\"{Margin},{Height - Margin} {points}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\"/>{dots}\n");
        body.Add($"</svg>\n<p>A dot is a campaign; a filled one found something.</p>\n");
    }

    private static string Begun(JsonObject campaign) => DateTimeOffset.TryParse((string?)campaign["startedAt"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset begun)
        ? begun.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
        : "";

    private static string Count(long number, string thing) => $"{Text(number)} {thing}{(number == 1 ? "" : "s")}";

    private static long Number(JsonObject campaign, string name) => (long?)(double?)campaign[name] ?? 0;

    private static string Text(double number) => number.ToString("#,##0.##", CultureInfo.InvariantCulture);
}
