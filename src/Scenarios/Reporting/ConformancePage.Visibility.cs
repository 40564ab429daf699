namespace FireproofBench.Scenarios.Reporting;

/// <summary>For how long what was acknowledged was not seen: as a table with bars, and as curves where a script may draw them.</summary>
internal static partial class ConformancePage
{
    private const double BarWidth = 240;

    private static void WriteVisibility(HtmlText page, ConformanceReport report)
    {
        page.Add($"<section id=\"visibility\"><h2>How soon changes are seen</h2>\n");
        if (report.Staleness is not { } longest)
        {
            page.Add($"<p>Declared {report.Declared.ToString()}; it was not measured, since no clause that does so ran.</p>\n</section>\n");
            return;
        }

        int samples = report.Visibility.Sum(s => s.Samples);
        page.Add($"<p>Declared <strong>{report.Declared.ToString()}</strong>, measured <strong>{VisibilityText.ClassOf(longest)}</strong>");
        if (longest == TimeSpan.Zero)
            page.Add($": all of {samples:N0} effects were seen at the first look.</p>\n");
        else
        {
            page.Add($": of {samples:N0} effects the slowest was not seen for {VisibilityText.Milliseconds(longest)}.");
            page.Add($" Slow is no failure by itself; later than declared is.</p>\n");
        }


        if (longest > TimeSpan.Zero)
        {
            page.Add($"<figure class=\"chart\" hidden><figcaption>Time unseen after the acknowledgement, by share of the samples</figcaption>");
            page.Add($"<div id=\"chart\"></div></figure>\n");
        }

        page.Add($"<p class=\"muted\">Time unseen after the acknowledgement, in milliseconds</p>\n");
        ReadOnlySpan<string> heads = ["Effect", "Seen by", "#Samples", "#p50", "#p99", "#Max", "#Never", "p50, p99, max (logarithmic)"];
        OpenTable(page, "Time unseen, by effect and observer", "visibility", longest > TimeSpan.Zero ? heads : heads[..^1]);
        foreach (VisibilitySeries series in report.Visibility)
        {
            page.Add($"<tr><th scope=\"row\">{Words(VisibilityText.NameOf(series.Effect))}</th><td>{Words(VisibilityText.NameOf(series.Observer))}</td>");
            page.Add($"<td class=\"n\">{series.Samples:N0}</td>");
            foreach (TimeSpan span in new[] { series.Median, series.P99, series.Max })
                page.Add($"<td class=\"n\">{span.TotalMilliseconds:0.#}</td>");
            page.Add($"<td class=\"n\">{series.Unseen:N0}</td>");
            if (longest > TimeSpan.Zero)
                WriteMarks(page, series, longest);
            page.Add($"</tr>\n");
        }

        CloseTable(page);
        page.Add($"</section>\n");
    }

    private static void WriteMarks(HtmlText page, VisibilitySeries series, TimeSpan longest)
    {
        double At(TimeSpan span) => BarWidth * Math.Log10(1 + span.TotalMilliseconds) / Math.Log10(1 + longest.TotalMilliseconds);
        double whole = BarWidth + 4;
        page.Add($"<td class=\"marks\"><svg viewBox=\"0 0 {whole} 14\" width=\"{whole}\" height=\"14\" aria-hidden=\"true\">");
        page.Add($"<rect class=\"rail\" x=\"0\" y=\"6\" width=\"{whole}\" height=\"2\"/>");
        page.Add($"<rect class=\"max\" x=\"0\" y=\"5\" width=\"{At(series.Max):0.#}\" height=\"4\"/>");
        page.Add($"<rect class=\"p99\" x=\"0\" y=\"4\" width=\"{At(series.P99):0.#}\" height=\"6\"/>");
        page.Add($"<rect class=\"p50\" x=\"0\" y=\"2\" width=\"{At(series.Median):0.#}\" height=\"10\"/></svg></td>");
    }

    /// <summary>The curves of the series in which something was unseen for a while; null when there are none.</summary>
    private static string? ChartData(ConformanceReport report)
    {
        VisibilitySeries[] late = [.. report.Visibility.Where(s => s.Max > TimeSpan.Zero && s.Percentiles.Length > 0).OrderByDescending(s => s.Max).Take(8)];
        if (late.Length == 0)
            return null;
        return ChartJson.Of(
        [
            new Chart("chart", "share of samples", " %", " ms", [.. Enumerable.Range(0, late[0].Percentiles.Length).Select(static percent => (double)percent)],
            [
                .. late.Select(static (series, i) => new ChartSeries(
                    $"{Words(VisibilityText.NameOf(series.Effect))}, {Words(VisibilityText.NameOf(series.Observer))}",
                    [.. series.Percentiles.Select(static span => (double?)span.TotalMilliseconds)]) { Line = i % 2 == 1 ? ChartLine.Dashed : ChartLine.Solid }),
            ]),
        ]);
    }

    private static string Words(string name) => name.Replace('-', ' ');
}
