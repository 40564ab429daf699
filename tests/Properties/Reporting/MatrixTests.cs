using System.Text;
using FireproofBench.Scenarios.Reporting;
using Xunit;

namespace FireproofBench.Properties.Reporting;

public sealed class MatrixTests
{
    [Fact]
    public void A_report_is_read_back_as_it_was_written()
    {
        ConformanceReport report = SampleReports.Of("s3://bucket", ClauseOutcome.Failed, SampleReports.Late(VisibilityEffect.Create, 50));
        ConformanceFile file = FileOf("a/report.json", report);
        Assert.Equal(("a", "unsafe", "s3://bucket", "quick", 42L, 50.0), (file.Name, file.Verdict, file.Url, file.Budget, file.Requests, file.StalenessMilliseconds));
        Assert.Equal(report.Results.Select(r => (r.Clause.Id, ClauseNames.Of(r.Outcome))).Order(), file.Clauses.Values.Select(c => (c.Id, c.Outcome)).Order());
        Assert.Equal("no verdict", FileOf("b.json", report with { Interrupted = true }).Verdict);
        Assert.Equal("b", FileOf("b.json", report with { Lost = "gone" }).Name);
    }

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("{", "no JSON")]
    [InlineData("[]", "no conformance report")]
    [InlineData("{\"schema\":\"fireproofbench/load/1\"}", "no conformance report")]
    [InlineData("{\"schema\":7}", "no conformance report")]
    [InlineData("{\"schema\":\"fireproofbench/conformance/1\"}", "lacks")]
    [InlineData("{\"schema\":\"fireproofbench/conformance/1\",\"interrupted\":\"no\",\"lost\":null}", "lacks")]
    public void What_is_no_report_is_told_with_the_reason(string text, string why) =>
        Assert.Contains(why, Assert.Throws<InvalidDataException>(() => ConformanceFile.Read("x.json", Encoding.UTF8.GetBytes(text))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_page_has_a_column_a_store_and_a_row_a_clause_and_keeps_text_text()
    {
        ConformanceFile[] files = [FileOf("ceph.json", SampleReports.Of("s3://bucket", ClauseOutcome.Passed)), FileOf("evil<b>.json", SampleReports.Of(SampleReports.Hostile))];
        string page = Encoding.UTF8.GetString(MatrixPage.Of(files, f => "./" + f.Path));
        Assert.Contains("<th scope=\"col\"><a href=\"./ceph.json\">ceph</a></th><th scope=\"col\"><a href=\"./evil&lt;b&gt;.json\">evil&lt;b&gt;</a></th>", page, StringComparison.Ordinal);
        Assert.Equal(5, System.Text.RegularExpressions.Regex.Count(page, "<tr><th scope=\"row\""));
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Contains("<p class=\"word\">unsafe</p>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_keeps_text_text()
    {
        using StringWriter markdown = new();
        MatrixMarkdown.Write([FileOf("ceph.json", SampleReports.Of("s3://b|c `*<b>", ClauseOutcome.Failed))], markdown);
        Assert.Contains("| ceph | unsafe | 1 | 2 | 1 | 1 | 42 | 61 |", markdown.ToString(), StringComparison.Ordinal);
        Assert.Contains("- **OBJ-01** (MUST) failed: seen s3://b\\|c \\`\\*&lt;b>", markdown.ToString(), StringComparison.Ordinal);
    }

    private static ConformanceFile FileOf(string path, ConformanceReport report)
    {
        using MemoryStream text = new();
        ConformanceJson.Write(report, text);
        return ConformanceFile.Read(path, text.ToArray());
    }
}
