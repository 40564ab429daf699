using System.Collections.Immutable;
using System.Globalization;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>Many reports as one page: a card a store, and a table of all clauses by all stores.</summary>
internal static class MatrixPage
{
    private static readonly ImmutableDictionary<string, int> s_places =
        ClauseBook.Every.Select((c, i) => (c.Id, i)).ToImmutableDictionary(c => c.Id, c => c.i, StringComparer.Ordinal);

    /// <summary>The place of a clause in the book; behind all for one that is not in it.</summary>
    public static int PlaceOf(string id) => s_places.GetValueOrDefault(id, int.MaxValue);

    /// <summary>The page in UTF-8.</summary>
    /// <param name="reports">The reports, in the order of their columns; at least one.</param>
    /// <param name="linkOf">Where a report can be read, as a path relative to the page.</param>
    public static byte[] Of(IReadOnlyList<ConformanceFile> reports, Func<ConformanceFile, string> linkOf)
    {
        HtmlText page = new();
        page.Add($"<header class=\"verdict\">\n<p class=\"overline\">Fireproof conformance</p>\n<h1>Stores compared</h1>\n");
        page.Add($"<p class=\"lead\">{reports.Count} reports: ");
        page.Add($"{string.Join(", ", reports.GroupBy(r => r.Verdict).OrderByDescending(g => g.Count()).Select(g => $"{g.Count()} {g.Key}"))}.</p>\n</header>\n<main id=\"main\">\n");
        page.Add($"<section id=\"stores\"><h2>Stores</h2>\n<ul class=\"cards\">\n");
        foreach (ConformanceFile report in reports)
            WriteCard(page, report, linkOf(report));
        page.Add($"</ul></section>\n");
        WriteMatrix(page, reports, linkOf);
        page.Add($"</main>\n<footer><p>Written by fireproofbench from the JSON reports in this folder.</p></footer>\n");
        return HtmlPage.Of("Stores compared", page);
    }

    private static void WriteCard(HtmlText page, ConformanceFile report, string link)
    {
        page.Add($"<li class=\"card {VerdictText.ClassOf(report.Verdict)}\"><h3><a href=\"{link}\">{report.Name}</a></h3>\n");
        page.Add($"<p class=\"word\">{report.Verdict}</p>\n<p><code>{report.Url}</code> <span class=\"muted\">{report.Provider}</span></p>\n");
        page.Add($"<p>{report.Count("passed")} passed, {report.Count("failed")} failed, ");
        page.Add($"{report.Count("unsupported")} unsupported, {report.Count("inconclusive")} inconclusive.</p>\n<p class=\"muted\">");
        if (report.StalenessMilliseconds is { } longest)
            page.Add($"{(longest == 0 ? "Everything was seen at once." : string.Create(CultureInfo.InvariantCulture, $"Unseen for at most {longest:0.#} ms."))} ");
        page.Add($"Budget {report.Budget}, {report.Requests:N0} requests in {report.Elapsed.TotalSeconds:0} s, {report.StartedAt.UtcDateTime:yyyy-MM-dd}.</p></li>\n");
    }

    private static void WriteMatrix(HtmlText page, IReadOnlyList<ConformanceFile> reports, Func<ConformanceFile, string> linkOf)
    {
        ConformanceFileClause[] clauses =
        [
            .. reports.SelectMany(r => r.Clauses.Values).DistinctBy(c => c.Id).OrderBy(c => PlaceOf(c.Id)).ThenBy(c => c.Id, StringComparer.Ordinal),
        ];
        page.Add($"<section id=\"matrix\"><h2>All clauses by all stores</h2>\n<p class=\"muted\">✓ passed, ✕ failed, – unsupported, ? inconclusive, empty: not run.</p>\n");
        page.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"All clauses by all stores\">");
        page.Add($"<table class=\"matrix\"><thead><tr><th scope=\"col\">Clause</th><th scope=\"col\">Level</th>");
        foreach (ConformanceFile report in reports)
            page.Add($"<th scope=\"col\"><a href=\"{linkOf(report)}\">{report.Name}</a></th>");
        page.Add($"</tr></thead>\n");
        foreach (IGrouping<string, ConformanceFileClause> group in clauses.GroupBy(c => c.Id.Split('-')[0]))
        {
            string title = ClauseBook.EveryGroup.FirstOrDefault(g => g.Prefix == group.Key)?.Title ?? "";
            page.Add($"<tbody><tr class=\"group\"><th colspan=\"{reports.Count + 2}\" scope=\"rowgroup\">{group.Key} {title}</th></tr>\n");
            foreach (ConformanceFileClause clause in group)
            {
                string? explained = reports.Where(r => r.Clauses.ContainsKey(clause.Id)).Select(linkOf).FirstOrDefault(l => l.EndsWith(".html", StringComparison.Ordinal));
                string requirement = ClauseBook.Every.FirstOrDefault(known => known.Id == clause.Id)?.Requirement ?? "";
                page.Add($"<tr><th scope=\"row\" title=\"{requirement}\">");
                if (explained is null)
                    page.Add($"{clause.Id}");
                else
                    page.Add($"<a href=\"{explained}#explain-{clause.Id}\">{clause.Id}</a>");
                page.Add($"</th><td><span class=\"level\">{clause.Level}</span></td>");
                foreach (ConformanceFile report in reports)
                    WriteCell(page, report.Clauses.GetValueOrDefault(clause.Id));
                page.Add($"</tr>\n");
            }

            page.Add($"</tbody>\n");
        }

        page.Add($"</table></div></section>\n");
    }

    private static void WriteCell(HtmlText page, ConformanceFileClause? clause)
    {
        if (clause is null)
        {
            page.Add($"<td><span class=\"unseen\">not run</span></td>");
            return;
        }

        page.Add($"<td class=\"{clause.Outcome}\" title=\"{clause.Evidence}\"><span class=\"outcome {clause.Outcome}\"><span class=\"unseen\">{clause.Outcome}</span></span></td>");
    }
}
