using System.Text.Json;
using System.Xml.Linq;
using FireproofBench.Engine.Ports;
using FireproofBench.Properties.Conformance.Faults;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

public sealed class ConformVerbTests : IDisposable
{
    private static readonly string[] s_outcomes = ["passed", "failed", "unsupported", "inconclusive"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conform-verb-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_sound_folder_exits_with_0_and_is_left_empty()
    {
        string store = Path.Combine(_folder.FullName, "store");
        (int exit, string output, string error) = await RunAsync(StoreUrls.OpenAsync, "conform", store, "--budget", "quick", "--only", "OBJ,LST-03,NAM", "--seed", "9");
        Assert.True(exit == 0, output + error);
        Assert.Contains("Verdict: SAFE.", output, StringComparison.Ordinal);
        Assert.Contains("OBJ-01  MUST    passed", output, StringComparison.Ordinal);
        Assert.Contains("Nothing was left in the store.", output, StringComparison.Ordinal);
        Assert.Contains("[1/16]", error, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", output + error, StringComparison.Ordinal);
        Assert.Empty(Directory.Exists(store) ? Directory.EnumerateFileSystemEntries(store, "conform*") : []);
    }

    [Fact]
    public async Task A_broken_MUST_exits_with_1_and_names_the_clause()
    {
        (int exit, string output, _) = await RunAsync(Broken("Range ignored"), "conform", "any:", "--budget", "quick", "--only", "OBJ-04");
        Assert.Equal(1, exit);
        Assert.Contains("Verdict: UNSAFE", output, StringComparison.Ordinal);
        Assert.Contains("OBJ-04 failed", output, StringComparison.Ordinal);
        Assert.Contains("What to do:", output, StringComparison.Ordinal);
        Assert.Contains("Replay: fireproofbench conform 'any:' --only OBJ-04 --seed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_SHOULD_exits_with_3_under_strict_only()
    {
        Assert.Equal(0, (await RunAsync(Broken("overwrite leaves a tail"), "conform", "any:", "--budget", "quick", "--only", "OBJ-08")).Exit);
        (int exit, string output, _) = await RunAsync(Broken("overwrite leaves a tail"), "conform", "any:", "--budget", "quick", "--only", "OBJ-08", "--strict");
        Assert.Equal(3, exit);
        Assert.Contains("SAFE WITH SETTINGS", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_condition_counts_by_how_the_heads_are_kept()
    {
        string[] command = ["conform", "any:", "--budget", "quick", "--only", "CAS-05", "--heads"];
        Assert.Equal(0, (await RunAsync(Broken("If-Match on absent key creates"), [.. command, "multi"])).Exit);
        Assert.Equal(1, (await RunAsync(Broken("If-Match on absent key creates"), [.. command, "single"])).Exit);
    }

    [Fact]
    public async Task An_interruption_exits_with_130_and_still_writes_the_report()
    {
        using CancellationTokenSource interrupt = new();
        await using InterceptedStore store = new()
        {
            OnHead = async (s, k, t) =>
            {
                await interrupt.CancelAsync();
                return await s.HeadAsync(k, t);
            },
        };
        string json = Path.Combine(_folder.FullName, "partial.json");
        (int exit, string output, _) = await RunAsync(Opening(store), interrupt.Token, "conform", "any:", "--only", "OBJ,LST", "--json", json);
        Assert.Equal(130, exit);
        Assert.Contains("Interrupted: no verdict", output, StringComparison.Ordinal);
        using JsonDocument report = JsonDocument.Parse(await File.ReadAllTextAsync(json, TestContext.Current.CancellationToken));
        Assert.True(report.RootElement.GetProperty("interrupted").GetBoolean());
        Assert.Equal(16, report.RootElement.GetProperty("clauses").GetArrayLength());
        Assert.Empty(await InterceptedStore.AllAsync(store.Sound, ""));
    }

    [Theory]
    [InlineData("needs the URL", "conform")]
    [InlineData("'OBJ-99'", "conform", "memory:", "--only", "OBJ-99")]
    [InlineData("'XX-1'", "conform", "--explain", "XX-1")]
    [InlineData("no clause is left", "conform", "memory:", "--profile", "metadata", "--only", "OBJ")]
    [InlineData("nosuch:", "conform", "nosuch:thing")]
    [InlineData("huge", "conform", "memory:", "--budget", "huge")]
    [InlineData("abc", "conform", "memory:", "--seed", "abc")]
    [InlineData("does not exist", "conform", "memory:", "--json", "/no/such/folder/r.json")]
    [InlineData("is a folder", "conform", "memory:", "--junit", "/")]
    [InlineData("cannot both", "conform", "memory:", "--json", "-", "--junit", "-")]
    [InlineData("only an S3 store has profiles", "conform", "memory:", "--other-profile", "bob")]
    [InlineData("only an HTTP endpoint has tokens", "conform", "s3://b?endpoint=http://127.0.0.1:9", "--other-token-file", "/dev/null")]
    [InlineData("hold no credentials for 'nobody-of-that-name'", "conform", "s3://b?endpoint=http://127.0.0.1:9", "--other-profile", "nobody-of-that-name")]
    [InlineData("that is the run's own profile", "conform", "s3://b?endpoint=http://127.0.0.1:9&profile=me", "--other-profile", "me")]
    [InlineData("--other-token-file: '/no/such/file' cannot be read", "conform", "http://127.0.0.1:9", "--other-token-file", "/no/such/file")]
    [InlineData("--frobnicate", "conform", "memory:", "--frobnicate")]
    [InlineData("dance", "dance")]
    public async Task What_cannot_run_exits_with_2_and_says_why_on_standard_error(string why, params string[] arguments)
    {
        (int exit, string output, string error) = await RunAsync(StoreUrls.OpenAsync, arguments);
        Assert.Equal(2, exit);
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Fact]
    public async Task A_token_that_is_refused_as_the_second_tenant_s_is_not_shown()
    {
        string file = Path.Combine(_folder.FullName, "token");
        await File.WriteAllTextAsync(file, "hush-hush hush-hush", TestContext.Current.CancellationToken);
        (int exit, string output, string error) = await RunAsync(StoreUrls.OpenAsync, "conform", "http://127.0.0.1:9", "--other-token-file", file);
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains("--other-token-file: that is no token", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_refuses_exits_with_2()
    {
        await using InterceptedStore store = new() { OnPut = (_, k, _, _, _) => throw new StorageException(StorageErrorKind.NotAuthorized, "put", k, "read-only credentials") };
        (int exit, _, string error) = await RunAsync(Opening(store), "conform", "any:");
        Assert.Equal(2, exit);
        Assert.Contains("read-only credentials", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_JSON_report_has_the_shape_that_others_rely_on()
    {
        string file = Path.Combine(_folder.FullName, "report.json");
        await RunAsync(StoreUrls.OpenAsync, "conform", "memory:", "--budget", "quick", "--only", "OBJ,IMM", "--seed", "11", "--json", file);
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        JsonElement report = document.RootElement;
        Assert.Equal("fireproofbench/conformance/1", report.GetProperty("schema").GetString());
        Assert.Equal("safe", report.GetProperty("verdict").GetString());
        Assert.Equal("all", report.GetProperty("profile").GetString());
        Assert.Equal(11, report.GetProperty("seed").GetInt64());
        Assert.True(report.GetProperty("startedAt").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
        Assert.True(report.GetProperty("elapsedMs").GetDouble() >= 0);
        Assert.All(["provider", "traits", "visibility", "limits", "requests"], name => Assert.Equal(JsonValueKind.Object, report.GetProperty(name).ValueKind));
        Assert.All(["quirks", "leftovers", "clauses"], name => Assert.Equal(JsonValueKind.Array, report.GetProperty(name).ValueKind));
        JsonElement first = report.GetProperty("clauses")[0];
        Assert.Equal(["id", "level", "outcome", "evidence", "elapsedMs", "replay"], first.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("OBJ-01", "MUST", "passed"), (first.GetProperty("id").GetString(), first.GetProperty("level").GetString(), first.GetProperty("outcome").GetString()));
        Assert.All(report.GetProperty("clauses").EnumerateArray(), c => Assert.Contains(c.GetProperty("outcome").GetString(), s_outcomes));
    }

    [Fact]
    public async Task A_dash_writes_the_report_alone_to_standard_output()
    {
        (int exit, string output, _) = await RunAsync(StoreUrls.OpenAsync, "conform", "memory:", "--budget", "quick", "--only", "OBJ-02", "--json", "-");
        Assert.Equal(0, exit);
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.Equal("safe", report.RootElement.GetProperty("verdict").GetString());
        Assert.False(File.Exists("-"));
    }

    [Fact]
    public async Task The_JUnit_report_is_XML_with_a_case_a_clause_and_right_counts()
    {
        string file = Path.Combine(_folder.FullName, "report.xml");
        await RunAsync(Broken("Range ignored"), "conform", "any:", "--budget", "quick", "--only", "OBJ-04,OBJ-05,INT-02,INT-05,NAM-07", "--junit", file);
        XElement suites = XDocument.Load(file).Root!;
        Assert.Equal("testsuites", suites.Name.LocalName);
        Assert.Equal(["OBJ", "NAM", "INT"], suites.Elements("testsuite").Select(s => s.Attribute("name")!.Value));
        Assert.Equal(5, suites.Descendants("testcase").Count());
        Assert.Equal(("5", "1", "2"), (suites.Attribute("tests")!.Value, suites.Attribute("failures")!.Value, suites.Attribute("skipped")!.Value));
        XElement failure = Assert.Single(suites.Descendants("failure"));
        Assert.StartsWith("OBJ-04 [MUST]", failure.Parent!.Attribute("name")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_shows_examples_and_the_list_and_an_explanation_run_nothing()
    {
        foreach (string help in new[] { "--help", "-h" })
        {
            (int exit, string output, _) = await RunAsync(StoreUrls.OpenAsync, "conform", help);
            Assert.Equal(0, exit);
            Assert.Contains("Examples:", output, StringComparison.Ordinal);
            Assert.Contains("--budget", output, StringComparison.Ordinal);
        }

        (int listed, string list, _) = await RunAsync(StoreUrls.OpenAsync, "conform", "--list");
        Assert.Equal(0, listed);
        Assert.All(ClauseBook.Every, c => Assert.Contains($"  {c.Id}  ", list, StringComparison.Ordinal));
        (int explained, string explanation, _) = await RunAsync(StoreUrls.OpenAsync, "conform", "--explain", "ccy-01");
        Assert.Equal(0, explained);
        Assert.Contains("When it fails:", explanation, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(StoreUrls.OpenAsync, "--version")).Exit);
        Assert.Contains("conform", (await RunAsync(StoreUrls.OpenAsync, "--help")).Output, StringComparison.Ordinal);
    }

    private static StoreOpener Broken(string fault) =>
        Opening(new[] { ObjectFaults.All, ConditionFaults.All }.SelectMany(f => f).Single(f => f.Id == fault).Make());

    private static StoreOpener Opening(IDataGateway store) => (url, _, _) => ValueTask.FromResult(new StoreUnderTest { Url = url, Data = store });

    private static Task<(int Exit, string Output, string Error)> RunAsync(StoreOpener stores, params string[] arguments) =>
        RunAsync(stores, TestContext.Current.CancellationToken, arguments);

    private static Task<(int Exit, string Output, string Error)> RunAsync(StoreOpener stores, CancellationToken interrupt, params string[] arguments) => CommandLineRun.OfAsync(stores, interrupt, arguments);
}
