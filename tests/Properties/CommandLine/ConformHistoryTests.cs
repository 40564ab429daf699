using System.Text.Json;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

public sealed class ConformHistoryTests : IDisposable
{
    private const string Written = """
        {"schema":"fireproofbench/history/1"}
        {"client":"a","op":"put","key":"k","value":"1","call":0,"return":10,"outcome":"ok"}
        {"client":"a","op":"put","key":"k","value":"2","call":20,"return":30,"outcome":"ok"}

        """;

    private const string ReadsNew = """{"client":"b","op":"get","key":"k","value":"2","call":40,"return":50,"outcome":"ok"}""";
    private const string ReadsOld = """{"client":"b","op":"get","key":"k","value":"1","call":40,"return":50,"outcome":"ok"}""";

    // Writes that overlap, and readers that disagree about which of them came last.
    private const string Wavers = """
        {"client":"a","op":"put","key":"k","value":"1","call":0,"return":10,"outcome":"ok"}
        {"client":"b","op":"put","key":"k","value":"2","call":0,"return":10,"outcome":"ok"}
        {"client":"c","op":"get","key":"k","value":"1","call":20,"return":30,"outcome":"ok"}
        {"client":"d","op":"get","key":"k","value":"2","call":40,"return":50,"outcome":"ok"}
        {"client":"e","op":"get","key":"k","value":"1","call":60,"return":70,"outcome":"ok"}
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("conform-history-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_history_that_keeps_everything_exits_with_0()
    {
        (int exit, string output, string error) = await CheckAsync(Written + ReadsNew);
        Assert.Equal((0, ""), (exit, error));
        Assert.Contains("CON-07  SHOULD  passed", output, StringComparison.Ordinal);
        Assert.Contains("CON-04  MUST    unsupported   the history has no lists", output, StringComparison.Ordinal);
        Assert.Contains("3 operations, declared strong: nothing is broken.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stale_read_exits_with_1_and_shows_the_calls()
    {
        (int exit, string output, _) = await CheckAsync(Written + ReadsOld);
        Assert.Equal(1, exit);
        Assert.Contains("CON-08  MUST    failed        a read of 'k' gave what had been overwritten before it began:", output, StringComparison.Ordinal);
        Assert.Contains("a put 2; ", output, StringComparison.Ordinal);
        Assert.Contains("broken: linearizable registers (CON-07), no read gives what had been overwritten (CON-08).", output, StringComparison.Ordinal);
        Assert.Equal(0, (await CheckAsync(Written + ReadsOld, "--declared", "eventual:1s")).Exit);
    }

    [Fact]
    public async Task What_only_a_SHOULD_asks_for_exits_with_3_under_strict()
    {
        Assert.Equal(0, (await CheckAsync(Wavers)).Exit);
        Assert.Equal(3, (await CheckAsync(Wavers, "--strict")).Exit);
    }

    [Fact]
    public async Task A_file_that_is_no_history_exits_with_2_and_names_the_line()
    {
        (int exit, string output, string error) = await CheckAsync(Written + "{\"client\":\"b\"");
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains("is no history, line 4: it is no JSON", error, StringComparison.Ordinal);
        Assert.Contains("Each line is one call as JSON", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cannot be read", "conform", "--check-history", "/no/such/file")]
    [InlineData("leave out the URL", "conform", "memory:", "--check-history", "/no/such/file")]
    [InlineData("neither 'strong' nor 'eventual:'", "conform", "memory:", "--declared", "eventual:soon")]
    [InlineData("does not exist", "conform", "memory:", "--history", "/no/such/folder/h.jsonl")]
    [InlineData("nosuch:", "conform", "memory:", "--endpoint", "nosuch:thing")]
    public async Task What_cannot_run_exits_with_2_and_says_why(string why, params string[] arguments)
    {
        (int exit, string output, string error) = await RunAsync(arguments);
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(why, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_history_of_a_run_is_saved_and_checked_again_and_the_report_has_what_was_measured()
    {
        string store = Path.Combine(_folder.FullName, "store");
        string calls = Path.Combine(_folder.FullName, "calls.jsonl");
        string json = Path.Combine(_folder.FullName, "report.json");
        (int exit, string output, string error) = await RunAsync(
            "conform", store, "--endpoint", store, "--only", "CON", "--budget", "quick", "--declared", "strong", "--history", calls, "--json", json);
        Assert.True(exit == 0, output + error);
        Assert.Contains("Visibility: declared strong, measured strong", output, StringComparison.Ordinal);
        using (JsonDocument report = await ReadAsync(json))
        {
            JsonElement visibility = report.RootElement.GetProperty("visibility");
            Assert.Equal(("strong", "strong"), (visibility.GetProperty("declared").GetString(), visibility.GetProperty("measured").GetString()));
            Assert.Contains(visibility.GetProperty("series").EnumerateArray(), s =>
                s.GetProperty("effect").GetString() == "list-after-put" && s.GetProperty("observer").GetString() == "other-endpoint" && s.GetProperty("samples").GetInt32() > 0);
        }

        (exit, output, error) = await RunAsync("conform", "--check-history", calls, "--strict", "--json", json);
        Assert.True(exit == 0, output + error);
        using JsonDocument check = await ReadAsync(json);
        Assert.Equal("fireproofbench/history-check/1", check.RootElement.GetProperty("schema").GetString());
        Assert.Equal(
            ["passed", "passed", "passed", "passed", "unsupported"],
            check.RootElement.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("outcome").GetString()));
    }

    private async Task<(int Exit, string Output, string Error)> CheckAsync(string history, params string[] more)
    {
        string file = Path.Combine(_folder.FullName, "h.jsonl");
        await File.WriteAllTextAsync(file, history, TestContext.Current.CancellationToken);
        return await RunAsync(["conform", "--check-history", file, .. more]);
    }

    private static async Task<JsonDocument> ReadAsync(string file) =>
        JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));

    private static Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments) => CommandLineRun.OfAsync(arguments);
}
