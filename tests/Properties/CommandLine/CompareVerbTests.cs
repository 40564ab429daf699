using System.Text.Json;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

public sealed class CompareVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("compare-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Results_of_load_are_compared_metric_by_metric()
    {
        string before = At("before");
        string after = At("after");
        foreach (string results in new[] { before, after })
            Assert.Equal(0, (await RunAsync("load", "raw-put", "memory:", "--writers", "2", "--duration", "1s", "--results", results)).Exit);
        (int exit, string output, string error) = await RunAsync("compare", before, after, "--tolerance", "1000%", "--tail-tolerance", "1000%", "--floor", "10s", "--json", At("c.json"));
        Assert.True(exit == 0, output + error);
        Assert.Matches("(?m)^p50\\(put\\) ", output);
        Assert.Matches("(?m)^rate\\(put\\) ", output);
        Assert.Contains("1 runs against 1", output, StringComparison.Ordinal);
        Assert.Contains("No regression.", output, StringComparison.Ordinal);
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(At("c.json")));
        Assert.Equal("fireproofbench/load-comparison/1", json.RootElement.GetProperty("schema").GetString());

        // The same numbers twice are no change at all.
        Assert.Equal(0, (await RunAsync("compare", before, before, "--tolerance", "0%", "--tail-tolerance", "0%", "--floor", "0")).Exit);

        string damaged = Directory.GetFiles(after, "*.hlog", SearchOption.AllDirectories)[0];
        await File.AppendAllTextAsync(damaged, "Tag=put.intended,0,1,2,HISTFAAAnonsense\n");
        (exit, _, error) = await RunAsync("compare", before, after);
        Assert.Equal(2, exit);
        Assert.Contains("histograms.hlog', line ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_newest_runs_of_each_kind_are_compared_with_those_before()
    {
        foreach (string[] load in new string[][] { ["raw-put", "memory:", "--size", "1KiB"], ["raw-put", "memory:", "--size", "1KiB"], ["raw-put", "memory:", "--size", "1KiB"], ["raw-get", "memory:", "--items", "5"] })
            Assert.Equal(0, (await RunAsync(["load", .. load, "--writers", "2", "--duration", "500ms", "--results", At("nights")])).Exit);
        (int exit, string output, string error) = await RunAsync("compare", At("nights"), "--newest", "1", "--tolerance", "1000%", "--tail-tolerance", "1000%", "--floor", "10s");
        Assert.True(exit == 0, output + error);
        Assert.Contains("== raw-put on memory:, keep-constant 2 500ms", output, StringComparison.Ordinal);
        Assert.Contains("2 runs against 1", output, StringComparison.Ordinal);
        Assert.Contains("== raw-get on memory:, keep-constant 2 500ms\n1 runs: none before the newest 1 to compare with.", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        (_, output, _) = await RunAsync("compare", At("nights"), "--newest", "1", "--before", "1", "--tolerance", "1000%", "--tail-tolerance", "1000%", "--floor", "10s");
        Assert.Contains("1 runs against 1", output, StringComparison.Ordinal);
        Assert.Equal((2, true), await RunAsync("compare", At("nights")) is var (one, _, text) ? (one, text.Contains("or one folder with --newest", StringComparison.Ordinal)) : default);
        Assert.Equal(2, (await RunAsync("compare", At("nights"), At("nights"), "--newest", "1")).Exit);
    }

    [Fact]
    public async Task What_is_no_result_is_named()
    {
        await File.WriteAllTextAsync(At("run.json"), "{\"schema\":\"other/1\"}");
        Assert.Contains("is no folder", (await RunAsync("compare", At("none"), _folder.FullName)).Error, StringComparison.Ordinal);
        Assert.Contains("is of the schema 'other/1'", (await RunAsync("compare", _folder.FullName, _folder.FullName)).Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(At("run.json"), "{");
        Assert.Contains("is damaged", (await RunAsync("compare", _folder.FullName, _folder.FullName)).Error, StringComparison.Ordinal);
        Assert.Contains("--tolerance: 'much' is no share", (await RunAsync("compare", _folder.FullName, _folder.FullName, "--tolerance", "much")).Error, StringComparison.Ordinal);
        File.Delete(At("run.json"));
        (int exit, _, string error) = await RunAsync("compare", _folder.FullName, _folder.FullName);
        Assert.Equal(2, exit);
        Assert.Contains("has no run.json: 'fireproofbench load' writes one.", error, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments) => CommandLineRun.OfAsync(arguments);
}
