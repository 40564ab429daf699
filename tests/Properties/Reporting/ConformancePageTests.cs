using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FireproofBench.Scenarios.Providers;
using FireproofBench.Scenarios.Reporting;
using Xunit;

namespace FireproofBench.Properties.Reporting;

public sealed partial class ConformancePageTests
{
    private static readonly string[] s_parts =
        ["<h1>", "id=\"settings\"", "id=\"failed\"", "id=\"visibility\"", "id=\"quirks\"", "id=\"limits\"", "id=\"clauses\"", "id=\"run\""];

    private static readonly VisibilitySeries[] s_late = [SampleReports.Late(VisibilityEffect.Create, 300), SampleReports.Late(VisibilityEffect.ListAfterPut, 2000)];

    [Fact]
    public void What_a_store_tells_never_becomes_markup()
    {
        string page = PageOf(SampleReports.Of(SampleReports.Hostile, ClauseOutcome.Failed, s_late));
        Assert.DoesNotContain("<script>alert", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("]]>--><!--", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page);
        Assert.DoesNotContain('\0', page);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);

        // The same markup stands there whatever the store tells.
        Assert.Equal(TagsOf(PageOf(SampleReports.Of("harmless", ClauseOutcome.Failed, s_late))), TagsOf(page));
    }

    [Fact]
    public void Nothing_is_loaded_and_only_the_scripts_and_styles_of_the_page_may_run()
    {
        string page = PageOf(SampleReports.Of("s3://bucket", ClauseOutcome.Passed, s_late));
        Match policy = Policy().Match(page);
        Assert.StartsWith("default-src 'none'; ", policy.Groups[1].Value, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy.Groups[1].Value, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy.Groups[1].Value, StringComparison.Ordinal);
        string[] inline = [.. Inline().Matches(page).Select(m => m.Groups[2].Value)];
        Assert.Equal(5, inline.Length);
        foreach (string text in inline)
            Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'", policy.Groups[1].Value, StringComparison.Ordinal);
        string markup = Inline().Replace(page, "");
        Assert.DoesNotMatch(@"(src|href)=""(?!#|data:,)", markup);
        Assert.DoesNotMatch(@"<[a-z][^>]*\s(on[a-z]+|style)=", markup);
    }

    [Fact]
    public void The_verdict_stands_before_everything_else_and_every_part_is_there()
    {
        string page = PageOf(SampleReports.Of("s3://bucket", ClauseOutcome.Failed, s_late));
        int[] order = [.. s_parts.Select(p => page.IndexOf(p, StringComparison.Ordinal))];
        Assert.Equal(order.Order(), order);
        Assert.True(order[0] > 0);
        Assert.Contains("</span>Unsafe</h1>", page, StringComparison.Ordinal);
        Assert.Contains("OBJ-01 failed.", page, StringComparison.Ordinal);
        Assert.Contains("--only OBJ-01 --seed 7 --budget quick", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_clause_has_a_row_that_leads_to_its_explanation()
    {
        ConformanceReport report = SampleReports.Of("s3://bucket");
        string page = PageOf(report);
        foreach (Clause clause in report.Request.Clauses)
        {
            Assert.Contains($"<a href=\"#explain-{clause.Id}\">{clause.Id}</a>", page, StringComparison.Ordinal);
            Assert.Single(Regex.Matches(page, $"id=\"explain-{clause.Id}\""));
            Assert.All([clause.Requirement, clause.Why, clause.How, clause.WhenItFails, clause.Source], text => Assert.Contains(HtmlText.Escape(text), page, StringComparison.Ordinal));
        }

        // Without script all rows are seen, and what needs a script is not.
        Assert.DoesNotMatch("<tr class=\"clause\"[^>]*hidden", page);
        Assert.Matches("<form [^>]*id=\"filter\" hidden>", page);
    }

    [Fact]
    public void Staleness_is_a_table_and_only_what_was_late_is_drawn()
    {
        string late = PageOf(SampleReports.Of("s3://bucket", ClauseOutcome.Passed, s_late));
        Assert.Matches("<th scope=\"row\">list after put</th><td>other client</td><td class=\"n\">100</td>", late);
        using JsonDocument data = JsonDocument.Parse(ChartData().Match(late).Groups[1].Value);
        JsonElement chart = Assert.Single(data.RootElement.EnumerateArray());
        Assert.Equal(["list after put, other client", "create, other client"], chart.GetProperty("series").EnumerateArray().Select(s => s.GetProperty("label").GetString()));
        Assert.All(chart.GetProperty("series").EnumerateArray(), s => Assert.Equal(101, s.GetProperty("values").GetArrayLength()));
        Assert.Equal(101, chart.GetProperty("x").GetArrayLength());
        Assert.Contains("Leon Sorokin", late, StringComparison.Ordinal);

        string prompt = PageOf(SampleReports.Of("s3://bucket", ClauseOutcome.Passed, VisibilitySeries.Of(VisibilityEffect.Create, ObserverKind.SameClient, [TimeSpan.Zero], 0)));
        Assert.Contains("were seen at the first look", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("uPlot", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_has_a_language_a_title_headings_in_order_and_named_table_heads()
    {
        string page = PageOf(SampleReports.Of("s3://bucket", ClauseOutcome.Failed, s_late), "ceph-rgw");
        Assert.Contains("<html lang=\"en\">", page, StringComparison.Ordinal);
        Assert.Contains("<title>unsafe: s3://bucket</title>", page, StringComparison.Ordinal);
        int[] headings = [.. Regex.Matches(page, "<h([1-6])").Select(m => m.Groups[1].Value[0] - '0')];
        Assert.Equal(1, headings.Count(h => h == 1));
        Assert.All(headings.Zip(headings.Skip(1)), pair => Assert.True(pair.Second <= pair.First + 1));
        Assert.All(Regex.Matches(page, "<th[ >][^>]*").Select(m => m.Value), head => Assert.Contains("scope=", head, StringComparison.Ordinal));
        Assert.All(Regex.Matches(page, "<svg[^>]*").Select(m => m.Value), picture => Assert.Contains("aria-hidden", picture, StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_was_stopped_has_no_verdict()
    {
        ConformanceReport report = SampleReports.Of("s3://bucket", ClauseOutcome.Passed);
        Assert.Contains("</span>No verdict</h1>", PageOf(report with { Interrupted = true }), StringComparison.Ordinal);
        Assert.Contains("broken off", PageOf(report with { Lost = "it went away" }), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_known_stands_beside_what_was_measured()
    {
        string page = PageOf(SampleReports.Of("s3://bucket", ClauseOutcome.Passed, s_late), "ceph-rgw");
        Assert.Contains("What is publicly known of Ceph RADOS Gateway", page, StringComparison.Ordinal);
        Assert.Contains("<code>", page, StringComparison.Ordinal);
        Assert.Contains("etagInIfMatch", page, StringComparison.Ordinal);
        Assert.Contains(">differs</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_chart_library_is_the_one_that_is_named()
    {
        Assert.StartsWith("/*! https://github.com/leeoniya/uPlot (v1.6.32) */", ReportAssets.Charts, StringComparison.Ordinal);
        Assert.Equal("19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ReportAssets.Charts))));
        Assert.Equal("df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ReportAssets.ChartStyle))));
        Assert.Contains("MIT License", ReportAssets.ChartLicence, StringComparison.Ordinal);
        Assert.DoesNotContain("</script", ReportAssets.Charts + ReportAssets.Script + ReportAssets.ChartScript, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("--", ReportAssets.ChartLicence, StringComparison.Ordinal);
    }

    private static string PageOf(ConformanceReport report, string? provider = null) => Encoding.UTF8.GetString(ConformancePage.Of(
        report, KnownStore.Of(report, provider is null ? null : new RecognisedProvider(ProviderBook.Find(provider)!, "--provider"))));

    private static string[] TagsOf(string page) => [.. Regex.Matches(Inline().Replace(page, ""), "<(/?[a-zA-Z!][^ >]*)").Select(m => m.Groups[1].Value)];

    [GeneratedRegex("http-equiv=\"Content-Security-Policy\" content=\"([^\"]*)\"")]
    private static partial Regex Policy();

    [GeneratedRegex("<(script|style)>(.*?)</\\1>", RegexOptions.Singleline)]
    private static partial Regex Inline();

    [GeneratedRegex("<script type=\"application/json\" id=\"chart-data\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex ChartData();
}
