namespace FireproofBench.Scenarios.Reporting;

/// <summary>All clauses, each with its explanation.</summary>
internal static partial class ConformancePage
{
    // On a narrow screen the style makes blocks of these rows and cells, so their roles are spelled out.
    private static void WriteClauses(HtmlText page, ConformanceReport report)
    {
        page.Add($"<section id=\"clauses\"><h2>All clauses</h2>\n");
        page.Add($"<form class=\"filter\" id=\"filter\" hidden>");
        page.Add($"<label>Search <input type=\"search\" id=\"filter-text\" autocomplete=\"off\" placeholder=\"CAS, rename, 412 …\"></label>\n<fieldset><legend>Outcome</legend>");
        foreach (ClauseOutcome outcome in Enum.GetValues<ClauseOutcome>())
            page.Add($"<label><input type=\"checkbox\" name=\"outcome\" value=\"{ClauseNames.Of(outcome)}\" checked> {ClauseNames.Of(outcome)}</label>");
        page.Add($"</fieldset>\n<fieldset><legend>Level</legend>");
        foreach (ClauseLevel level in Enum.GetValues<ClauseLevel>())
            page.Add($"<label><input type=\"checkbox\" name=\"level\" value=\"{ClauseNames.Of(level)}\" checked> {ClauseNames.Of(level)}</label>");
        page.Add($"</fieldset>\n<p id=\"filter-count\" role=\"status\"></p></form>\n");
        page.Add($"<p class=\"muted\">Each requirement opens to say why it is there, how it is checked and what to do.");
        page.Add($" <code>fireproofbench conform --explain ID</code> prints the same. MUST* is a MUST where all heads live in one object.</p>\n");
        page.Add($"<table class=\"clauses\" id=\"clause-table\" role=\"table\">");
        WriteHeads(page, "Clause", "Outcome", "Requirement, and what was seen");
        foreach (IGrouping<string, ClauseResult> group in report.Results.GroupBy(r => r.Clause.Group))
        {
            string title = ClauseBook.EveryGroup.FirstOrDefault(g => g.Prefix == group.Key)?.Title ?? "";
            page.Add($"<tbody role=\"rowgroup\">\n<tr class=\"group\" role=\"row\"><th role=\"rowheader\" colspan=\"3\" scope=\"rowgroup\">{group.Key} <span>{title}</span></th></tr>\n");
            foreach (ClauseResult result in group)
                WriteClause(page, result);
            page.Add($"</tbody>\n");
        }

        page.Add($"</table>\n</section>\n");
    }

    private static void WriteHeads(HtmlText page, params ReadOnlySpan<string> heads)
    {
        page.Add($"<thead role=\"rowgroup\"><tr role=\"row\">");
        foreach (string head in heads)
            page.Add($"<th scope=\"col\" role=\"columnheader\">{head}</th>");
        page.Add($"</tr></thead>\n");
    }

    private static void WriteClause(HtmlText page, ClauseResult result)
    {
        Clause clause = result.Clause;
        string outcome = ClauseNames.Of(result.Outcome);
        page.Add($"<tr class=\"clause\" role=\"row\" data-outcome=\"{outcome}\" data-level=\"{ClauseNames.Of(clause.Level)}\">");
        page.Add($"<th scope=\"row\" role=\"rowheader\"><a href=\"#explain-{clause.Id}\">{clause.Id}</a> <span class=\"level\">{ClauseNames.Of(clause.Level)}</span></th>");
        page.Add($"<td role=\"cell\"><span class=\"outcome {outcome}\">{outcome}</span> <span class=\"muted\">{result.Elapsed.TotalSeconds:0.0} s</span></td>");
        page.Add($"<td role=\"cell\"><details><summary>{clause.Requirement}</summary>\n");
        page.Add($"<div class=\"explanation\" id=\"explain-{clause.Id}\" tabindex=\"-1\">");
        page.Add($"<p><strong>Why.</strong> {clause.Why}</p><p><strong>How it is checked.</strong> {clause.How}</p>");
        page.Add($"<p><strong>When it fails.</strong> {clause.WhenItFails}</p>");
        if (clause.Source.Length > 0)
            page.Add($"<p><strong>Source.</strong> {clause.Source}</p>");
        page.Add($"<p><strong>Run it again.</strong> <code>{result.Replay}</code></p></div></details><p class=\"evidence\">{result.Evidence}</p></td></tr>\n");
    }
}
