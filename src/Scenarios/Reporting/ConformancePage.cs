using System.Globalization;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>A conformance report as one page: the verdict first, then what failed and what to do, then everything else. All of it is there without script.</summary>
internal static partial class ConformancePage
{
    /// <summary>The page in UTF-8.</summary>
    public static byte[] Of(ConformanceReport report, KnownStore? known = null)
    {
        HtmlText page = new();
        WriteHeader(page, report, known);
        page.Add($"<main id=\"main\">\n");
        WriteSettings(page, report, known);
        WriteFailures(page, report);
        if (!report.IsOfCloud)
            WriteVisibility(page, report);
        if (known is not null)
            WriteKnown(page, known);
        WriteQuirks(page, report);
        if (!report.IsOfCloud)
            WriteLimits(page, report);
        WriteClauses(page, report);
        WriteRun(page, report);
        page.Add($"</main>\n<footer><p>Written by fireproofbench. The same report for programs: report.json and junit.xml beside this page.</p></footer>\n");
        return HtmlPage.Of($"{VerdictText.Of(report)}: {report.Url}", page, ChartData(report));
    }

    private static void WriteHeader(HtmlText page, ConformanceReport report, KnownStore? known)
    {
        string words = VerdictText.Of(report);
        page.Add($"<header class=\"verdict {VerdictText.ClassOf(words)}\">\n<p class=\"overline\">Fireproof conformance</p>\n");
        page.Add($"<h1><span class=\"mark\" aria-hidden=\"true\"></span>{Capital(words)}</h1>\n");
        page.Add($"<p class=\"store\"><code>{report.Url}</code> <span class=\"muted\">{report.Traits.Provider}</span></p>\n");
        page.Add($"<p class=\"lead\">{Lead(report)}</p>\n");
        WriteBar(page, report);
        page.Add($"<nav aria-label=\"Parts of the report\"><ul><li><a href=\"#settings\">Settings</a></li>");
        if (Failed(report).Any())
            page.Add($"<li><a href=\"#failed\">What failed</a></li>");
        if (!report.IsOfCloud)
            page.Add($"<li><a href=\"#visibility\">Visibility</a></li>");
        if (known is not null)
            page.Add($"<li><a href=\"#known\">What is known</a></li>");
        page.Add($"<li><a href=\"#quirks\">Quirks</a></li>");
        if (!report.IsOfCloud)
            page.Add($"<li><a href=\"#limits\">Limits</a></li>");
        page.Add($"<li><a href=\"#clauses\">All clauses</a></li><li><a href=\"#run\">The run</a></li></ul></nav>\n</header>\n");
    }

    private static string Lead(ConformanceReport report)
    {
        int checkedClauses = report.Results.Count(r => r.Outcome is ClauseOutcome.Passed or ClauseOutcome.Failed);
        string failed = string.Join(", ", report.Verdict.Breaking);
        return report switch
        {
            { Interrupted: true } => $"The run was interrupted, so there is no verdict. What had been seen until then: {VerdictText.Of(report.Verdict.Name)}.",
            { Lost: not null } => $"The run was broken off, so there is no verdict: {report.Lost}.",
            { Verdict.Kind: VerdictKind.Unsafe } => $"Do not keep a Fireproof database here: acknowledged data can be lost, or wrong data read. {failed} failed.",
            { Verdict.Kind: VerdictKind.SafeWith } => "A Fireproof database is safe here under the settings below.",
            _ => $"Nothing speaks against a Fireproof database here: of {checkedClauses} clauses that could be judged, none failed.",
        };
    }

    private static void WriteBar(HtmlText page, ConformanceReport report)
    {
        (ClauseOutcome Outcome, int Count)[] parts = [.. Enum.GetValues<ClauseOutcome>().Select(o => (o, report.Results.Count(r => r.Outcome == o)))];
        double scale = 1000.0 / Math.Max(1, report.Results.Length);
        page.Add($"<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        double left = 0;
        foreach ((ClauseOutcome outcome, int count) in parts)
        {
            page.Add($"<rect class=\"{ClauseNames.Of(outcome)}\" x=\"{left:0.##}\" y=\"0\" width=\"{count * scale:0.##}\" height=\"10\"/>");
            left += count * scale;
        }

        page.Add($"</svg>\n<ul class=\"counts\">");
        foreach ((ClauseOutcome outcome, int count) in parts)
            page.Add($"<li><span class=\"dot {ClauseNames.Of(outcome)}\" aria-hidden=\"true\"></span><strong>{count}</strong> {ClauseNames.Of(outcome)}</li>");
        page.Add($"</ul>\n");
    }

    private static void WriteRun(HtmlText page, ConformanceReport report)
    {
        RequestEstimate estimate = RequestEstimate.Of(report);
        page.Add($"<section id=\"run\"><h2>The run</h2>\n<dl class=\"facts\">\n");
        Fact(page, "Begun", report.StartedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        Fact(page, "Took", string.Create(CultureInfo.InvariantCulture, $"{report.Elapsed.TotalSeconds:0.0} s"));
        Fact(page, "Budget", Lower(report.Request.Budget));
        Fact(page, "Profile", Lower(report.Request.Profile));
        if (!report.IsOfCloud)
            Fact(page, "Heads", $"{Lower(report.Request.Heads)} (how they are meant to be kept)");
        Fact(page, "Seed", report.Request.Seed.ToString(CultureInfo.InvariantCulture));
        Fact(page, "Rate", string.Create(CultureInfo.InvariantCulture, $"{report.RequestsPerSecond:N0} requests a second{(report.IsOfCloud ? ", pauses included" : ", with eight in flight")}"));
        page.Add($"</dl>\n<h3>Requests</h3>\n");
        OpenTable(page, "Requests", "", "Kind", "#Made", "#Estimated before");
        foreach ((string kind, long made, long guessed) in new[]
        {
            ("put", report.Requests.Put, estimate.Put), ("get", report.Requests.Get, estimate.Get), ("head", report.Requests.Head, estimate.Head),
            ("delete", report.Requests.Delete, estimate.Delete), ("list", report.Requests.List, estimate.List), ("all", report.Requests.Total, estimate.Total),
        })
            page.Add($"<tr><th scope=\"row\">{kind}</th><td class=\"n\">{made:N0}</td><td class=\"n\">{guessed:N0}</td></tr>\n");
        CloseTable(page);
        page.Add($"<p>{report.Requests.Retried:N0} of them repeated one that was throttled or failed.</p>\n");
        WriteLeftovers(page, report);
        page.Add($"</section>\n");
    }

    private static void WriteLeftovers(HtmlText page, ConformanceReport report)
    {
        if (report.Leftovers.Length == 0)
        {
            page.Add($"<p>Nothing was left in the store.</p>\n");
            return;
        }

        string fate = report.IsOfCloud ? "ledgers: the protocol removes none." : report.Request.Keep ? "objects were kept, as asked." : "objects could not be removed. Remove them by hand.";
        page.Add($"<h3>Left in the store</h3>\n<p>{report.Leftovers.Length} {fate}</p>\n<ul class=\"keys\">\n");
        foreach (string key in report.Leftovers.Take(100))
            page.Add($"<li><code>{Printable.Key(key)}</code></li>\n");
        page.Add($"</ul>\n");
        if (report.Leftovers.Length > 100)
            page.Add($"<p>… and {report.Leftovers.Length - 100} more; report.json has all.</p>\n");
    }

    private static void Fact(HtmlText page, string name, string value) => page.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>\n");

    // A head that begins with '#' stands over numbers. On a narrow screen the table is moved sideways, also by key.
    private static void OpenTable(HtmlText page, string label, string style, params ReadOnlySpan<string> heads)
    {
        page.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\"><table class=\"{style}\"><thead><tr>");
        foreach (string head in heads)
            page.Add($"<th scope=\"col\" class=\"{(head[0] == '#' ? "n" : "")}\">{head.TrimStart('#')}</th>");
        page.Add($"</tr></thead><tbody>\n");
    }

    private static void CloseTable(HtmlText page) => page.Add($"</tbody></table></div>\n");

    private static IEnumerable<ClauseResult> Failed(ConformanceReport report) =>
        report.Results.Where(r => r.Outcome == ClauseOutcome.Failed).OrderBy(r => r.Clause.Level);

    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

#pragma warning disable CA1308 // People read lower-case words.
    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
