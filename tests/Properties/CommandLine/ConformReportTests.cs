using System.Text.Json;
using System.Xml.Linq;
using FireproofBench.Engine.Ports;
using FireproofBench.Properties.Conformance.Faults;
using FireproofBench.Properties.Fixtures;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

public sealed class ConformReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_report_folder_is_made_and_has_the_report_in_all_its_forms()
    {
        string folder = _folder.At("new", "deep");
        (int exit, _, string error) = await RunAsync("conform", "memory:", "--budget", "quick", "--only", "OBJ-02,CON-04", "--seed", "5", "--report", folder);
        Assert.Equal(0, exit);
        Assert.Contains("report.html", error, StringComparison.Ordinal);
        Assert.Contains("Estimate: about ", error, StringComparison.Ordinal);
        string[] files = [.. Directory.EnumerateFiles(folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
        Assert.Equal(File.Exists(Path.Combine(folder, "history.jsonl")) ? ["badge.svg", "history.jsonl", "junit.xml", "report.html", "report.json"] : ["badge.svg", "junit.xml", "report.html", "report.json"], files);
        Assert.Contains("</span>Safe</h1>", await TextAsync(folder, "report.html"), StringComparison.Ordinal);
        Assert.Equal("svg", XDocument.Parse(await TextAsync(folder, "badge.svg")).Root!.Name.LocalName);
        Assert.Equal("testsuites", XDocument.Parse(await TextAsync(folder, "junit.xml")).Root!.Name.LocalName);
        using JsonDocument json = JsonDocument.Parse(await TextAsync(folder, "report.json"));
        Assert.True(json.RootElement.GetProperty("requests").GetProperty("estimated").GetInt64() > 0);
        Assert.Equal(["heads", "changes", "visibility"], json.RootElement.GetProperty("recommended").EnumerateArray().Select(s => s.GetProperty("name").GetString()).Take(3));
        Assert.False(json.RootElement.TryGetProperty("known", out _));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_one_is_told_before_the_run()
    {
        string file = _folder.Write("taken", "x");
        bool opened = false;
        StoreOpener watched = (url, _, _) =>
        {
            opened = true;
            return ValueTask.FromResult(new StoreUnderTest { Url = url, Data = new InterceptedStore() });
        };
        foreach (string folder in new[] { file, Path.Combine(file, "below"), "/proc/no-such-folder" })
        {
            (int exit, string output, string error) = await RunAsync(watched, "conform", "any:", "--report", folder);
            Assert.Equal(2, exit);
            Assert.Contains("--report", error, StringComparison.Ordinal);
            Assert.Contains(folder, error, StringComparison.Ordinal);
            Assert.Empty(output);
        }

        Assert.False(opened);
    }

    [Fact]
    public async Task What_is_known_of_a_provider_is_set_beside_what_was_measured()
    {
        string json = _folder.At("r.json");
        (int exit, string output, string error) = await RunAsync(
            "conform", "memory:", "--budget", "quick", "--only", "CAS-02,LST-04,NAM-06", "--provider", "BACKBLAZE-B2", "--json", json);
        Assert.Equal(0, exit);
        Assert.Contains("cost", error, StringComparison.Ordinal);
        Assert.Contains("Known as backblaze-b2 (by --provider), expected to be unknown:", output, StringComparison.Ordinal);
        Assert.Contains("Create if absent: known refused", output, StringComparison.Ordinal);
        Assert.Contains("Proposed client settings: checksum=WHEN_REQUIRED", output, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
        JsonElement known = report.RootElement.GetProperty("known");
        Assert.Equal(("backblaze-b2", "--provider"), (known.GetProperty("id").GetString(), known.GetProperty("recognisedBy").GetString()));
        JsonElement create = known.GetProperty("topics").EnumerateArray().First(t => t.GetProperty("topic").GetString() == "conditional-create");
        Assert.Equal(("refused", "enforced", false), (create.GetProperty("known").GetString(), create.GetProperty("measured").GetString(), create.GetProperty("agrees").GetBoolean()));
        Assert.NotEmpty(create.GetProperty("fact").GetProperty("source").GetString()!);
        Assert.False(known.GetProperty("recommended").GetProperty("settings").GetProperty("useChunkEncoding").GetBoolean());
    }

    [Fact]
    public async Task Known_prints_all_providers_or_one_and_asks_no_store()
    {
        (int exit, string list, _) = await RunAsync("conform", "--known");
        Assert.Equal(0, exit);
        Assert.Contains("41 providers, 284 facts", list, StringComparison.Ordinal);
        Assert.Contains("cloudflare-r2", list, StringComparison.Ordinal);
        (exit, string one, _) = await RunAsync("conform", "--known", "cloudflare-r2");
        Assert.Equal(0, exit);
        Assert.Contains("documented, undated: developers.cloudflare.com", one, StringComparison.Ordinal);
        Assert.DoesNotContain("hetzner", one, StringComparison.Ordinal);
        (exit, string json, _) = await RunAsync("conform", "--known", "cloudflare-r2", "--json", "-");
        Assert.Equal(0, exit);
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.Equal("cloudflare-r2", Assert.Single(document.RootElement.GetProperty("providers").EnumerateArray()).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("--known")]
    [InlineData("--provider")]
    public async Task A_provider_that_nobody_knows_is_refused_with_ids_near_to_it(string option)
    {
        (int exit, string output, string error) = await RunAsync("conform", option == "--known" ? "--budget=quick" : "memory:", option, "cloudflare-r3");
        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.Contains($"{option}: nothing is known of a provider 'cloudflare-r3'. Near to it are cloudflare-", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_stores_are_compared_with_one_seed_and_the_worse_decides()
    {
        string json = _folder.At("c.json");
        string folder = _folder.At("both");
        string[] command = ["--budget", "quick", "--only", "OBJ-04,OBJ-05", "--seed", "7", "--json", json, "--report", folder];
        (int exit, string output, _) = await RunAsync(SoundAndBroken, ["conform", "sound:", "--compare", "broken:", .. command]);
        Assert.Equal(1, exit);
        Assert.Contains("1 clauses came to different outcomes:", output, StringComparison.Ordinal);
        Assert.Contains("OBJ-04  MUST    passed        failed", output, StringComparison.Ordinal);
        using JsonDocument comparison = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
        Assert.Equal("fireproofbench/conformance-comparison/1", comparison.RootElement.GetProperty("schema").GetString());
        Assert.Equal(["safe", "unsafe"], comparison.RootElement.GetProperty("verdicts").EnumerateArray().Select(v => v.GetString()));
        Assert.Equal([7, 7], comparison.RootElement.GetProperty("reports").EnumerateArray().Select(r => r.GetProperty("seed").GetInt64()));
        Assert.Equal("OBJ-04", Assert.Single(comparison.RootElement.GetProperty("differences").EnumerateArray()).GetProperty("id").GetString());
        Assert.True(File.Exists(Path.Combine(folder, "A", "report.html")) && File.Exists(Path.Combine(folder, "B", "badge.svg")));
        Assert.Contains("./B/report.html", await TextAsync(folder, "index.html"), StringComparison.Ordinal);
        (exit, output, _) = await RunAsync(SoundAndBroken, "conform", "sound:", "--compare", "sound:", "--budget", "quick", "--only", "OBJ-04");
        Assert.Equal(0, exit);
        Assert.Contains("No clause came to different outcomes.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 3, 3)]
    [InlineData(3, 2, 2)]
    [InlineData(1, 2, 1)]
    [InlineData(130, 1, 130)]
    public void The_worse_exit_code_is_that_which_says_more(int first, int second, int worse)
    {
        Assert.Equal(worse, ConformComparing.Worse(first, second));
        Assert.Equal(worse, ConformComparing.Worse(second, first));
    }

    [Theory]
    [InlineData("--junit", "x.xml")]
    [InlineData("--provider", "minio")]
    [InlineData("--endpoint", "memory:")]
    public async Task What_belongs_to_one_store_does_not_go_with_a_comparison(string option, string value)
    {
        (int exit, string output, string error) = await RunAsync("conform", "memory:", "--compare", "memory:", option, option == "--junit" ? _folder.At(value) : value);
        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.Contains("--compare", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_reports_becomes_one_page_and_what_is_none_is_named()
    {
        string reports = _folder.At("reports");
        await RunAsync(SoundAndBroken, "conform", "sound:", "--budget", "quick", "--only", "OBJ-04", "--report", Path.Combine(reports, "sound"));
        await RunAsync(SoundAndBroken, "conform", "broken:", "--budget", "quick", "--only", "OBJ-04,OBJ-05", "--json", Path.Combine(reports, "a#b.json"));
        _folder.Write("reports/other.json", "{\"schema\":\"elsewhere\"}");
        _folder.Write("reports/half.json", "{\"schema\":");
        (int exit, string output, string error) = await RunAsync("report", reports);
        Assert.Equal(0, exit);
        Assert.Empty(output);
        Assert.Contains("'half.json' is skipped: it is no JSON", error, StringComparison.Ordinal);
        Assert.Contains("'other.json' is skipped: it is no conformance report", error, StringComparison.Ordinal);
        string page = await TextAsync(reports, "index.html");
        Assert.Contains("href=\"./sound/report.html\"", page, StringComparison.Ordinal);
        Assert.Contains("href=\"./a%23b.json\"", page, StringComparison.Ordinal);
        (exit, string markdown, _) = await RunAsync("report", reports, "--markdown");
        Assert.Equal(0, exit);
        Assert.Contains("| sound | safe | 1 | 0 | 0 | 0 |", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_reports_is_an_error()
    {
        (int exit, string output, string error) = await RunAsync("report", _folder.Path);
        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.Contains("has no result", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.At("index.html")));
        Assert.Equal(2, (await RunAsync("report", _folder.At("missing"))).Exit);
    }

    private static ValueTask<StoreUnderTest> SoundAndBroken(string url, FireproofBench.Gateways.Secret? token, CancellationToken cancellation) =>
        ValueTask.FromResult(new StoreUnderTest
        {
            Url = url,
            Data = url == "broken:" ? (IDataGateway)ObjectFaults.All.Single(f => f.Id == "Range ignored").Make() : new InterceptedStore(),
        });

    private static Task<string> TextAsync(string folder, string name) => File.ReadAllTextAsync(Path.Combine(folder, name), TestContext.Current.CancellationToken);

    private static Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(StoreUrls.OpenAsync, arguments);

    private static Task<(int Exit, string Output, string Error)> RunAsync(StoreOpener stores, params string[] arguments) => CommandLineRun.OfAsync(stores, TestContext.Current.CancellationToken, arguments);
}
