using System.Text.Json;
using System.Text.RegularExpressions;
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

        // Two kinds that are alike but for their settings are told apart by these, where both are shown.
        Assert.Equal(0, (await RunAsync("load", "raw-put", "memory:", "--size", "64KiB", "--writers", "2", "--duration", "500ms", "--results", At("nights"))).Exit);
        (_, output, _) = await RunAsync("compare", At("nights"), "--newest", "1", "--tolerance", "1000%", "--tail-tolerance", "1000%", "--floor", "10s");
        foreach (string name in (string[])["raw-put on memory:, keep-constant 2 500ms, size 1 KiB", "raw-put on memory:, keep-constant 2 500ms, size 64 KiB", "raw-get on memory:, keep-constant 2 500ms"])
            Assert.Contains($"== {name}\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_was_cut_short_is_not_compared_with_a_whole_one()
    {
        string run = await LoadAsync("raw-put");
        string whole = Copy(run, "raw-put-1", "2026-11-29T02:00:00Z");
        string cut = Copy(run, "raw-put-2", "2026-11-30T02:00:00Z", ("\"interrupted\": false", "\"interrupted\": true"));
        (int exit, _, string error) = await RunAsync("compare", whole, cut);
        Assert.Equal(2, exit);
        Assert.Contains("was interrupted, ended early or had no load", error, StringComparison.Ordinal);
        (exit, string output, error) = await RunAsync("compare", whole, Path.GetDirectoryName(cut)!, "--tolerance", "1000%", "--tail-tolerance", "1000%");
        Assert.True(exit == 0, output + error);
        Assert.Contains("1 runs in ", error, StringComparison.Ordinal);
        Assert.Contains("1 runs against 1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_runs_of_this_night_are_new_and_only_its_kinds_are_compared()
    {
        string run = await LoadAsync("raw-put");
        Copy(run, "raw-put-1", "2026-11-29T02:00:00Z");
        Copy(run, "raw-put-2", "2026-11-29T02:01:00Z");
        Copy(run, "raw-put-3", "2026-11-30T02:00:00Z");
        Copy(run, "raw-put-4", "2026-11-30T02:01:00Z", ("\"interrupted\": false", "\"interrupted\": true"));
        Copy(run, "raw-put-5", "2026-11-30T02:02:00Z", ("\"endedEarly\": null", "\"endedEarly\": \"the budget is spent\""));
        Copy(await LoadAsync("raw-get"), "raw-get-1", "2026-11-29T02:00:00Z");
        (int exit, string output, string error) = await NewestAsync("--since", "2026-11-30T02:00:00Z");
        Assert.True(exit == 0, output + error);
        Assert.Contains("2 runs are passed over: interrupted, ended early, or without load.", output, StringComparison.Ordinal);
        Assert.Contains("2 runs against 1", output, StringComparison.Ordinal);
        Assert.DoesNotContain("raw-get", output, StringComparison.Ordinal);

        // Without a time the three newest are the three that went to their end.
        (_, output, _) = await NewestAsync();
        Assert.Contains("3 runs: none before the newest 3", output, StringComparison.Ordinal);
        Assert.Contains("== raw-get", output, StringComparison.Ordinal);

        // The night before does not stand in for a night of which nothing went to its end.
        (exit, output, _) = await NewestAsync("--since", "2026-11-30T02:00:30Z");
        Assert.Equal(2, exit);
        Assert.Contains("No run since then went to its end", output, StringComparison.Ordinal);
        (exit, _, error) = await NewestAsync("--since", "2026-12-01");
        Assert.Equal(2, exit);
        Assert.Contains("has no run that began since 2026-12-01 00:00:00 UTC", error, StringComparison.Ordinal);
        Assert.Contains("--since: 'now' is no time", (await NewestAsync("--since", "now")).Error, StringComparison.Ordinal);
        Assert.Contains("--since says which runs are new with --newest", (await RunAsync("compare", At("nights"), At("nights"), "--since", "2026-12-01")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_whose_histograms_are_gone_or_damaged_keeps_no_other_from_being_compared()
    {
        string put = await LoadAsync("raw-put");
        string get = await LoadAsync("raw-get");
        Copy(put, "a-put-1", "2026-11-28T02:00:00Z");
        Copy(put, "a-put-2", "2026-11-29T02:00:00Z");
        string damaged = Copy(put, "a-put-3", "2026-11-30T02:00:00Z");
        await File.AppendAllTextAsync(Path.Combine(damaged, "histograms.hlog"), "Tag=put.intended,0,1,2,HISTFAAAnonsense\n");
        string pruned = Copy(get, "b-get-1", "2026-11-28T02:00:00Z");
        File.Delete(Path.Combine(pruned, "histograms.hlog"));
        Copy(get, "b-get-2", "2026-11-29T02:00:00Z");
        Copy(get, "b-get-3", "2026-11-30T02:00:00Z");
        (int exit, string output, _) = await NewestAsync("--since", "2026-11-30T00:00Z");
        Assert.Equal(2, exit);
        Assert.Contains("A run is passed over: '", output, StringComparison.Ordinal);
        Assert.Contains("None of the newest runs can be compared.", output, StringComparison.Ordinal);
        Assert.Contains("1 runs are passed over: their histograms are gone.", output, StringComparison.Ordinal);
        Assert.Contains("1 runs against 1", output, StringComparison.Ordinal);

        // Where the damaged one is of the base, the rest of the base stands.
        Copy(put, "a-put-4", "2026-12-01T02:00:00Z");
        (exit, output, string error) = await NewestAsync("--since", "2026-12-01");
        Assert.True(exit == 0, output + error);
        Assert.Contains("2 runs against 1", output, StringComparison.Ordinal);
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

    private async Task<string> LoadAsync(string scenario)
    {
        string results = At("template-" + scenario);
        Assert.Equal(0, (await RunAsync("load", scenario, "memory:", "--items", "5", "--writers", "2", "--duration", "300ms", "--results", results)).Exit);
        return Assert.Single(Directory.GetDirectories(results));
    }

    // The same run of another time.
    private string Copy(string run, string name, string started, params (string Old, string New)[] edits)
    {
        string copy = Path.Combine(At("nights"), name);
        Directory.CreateDirectory(copy);
        File.Copy(Path.Combine(run, "histograms.hlog"), Path.Combine(copy, "histograms.hlog"));
        string json = Regex.Replace(File.ReadAllText(Path.Combine(run, "run.json")), "\"startedAt\": \"[^\"]*\"", $"\"startedAt\": \"{started}\"");
        foreach ((string old, string young) in edits)
        {
            Assert.Contains(old, json, StringComparison.Ordinal);
            json = json.Replace(old, young, StringComparison.Ordinal);
        }

        File.WriteAllText(Path.Combine(copy, "run.json"), json);
        return copy;
    }

    private Task<(int Exit, string Output, string Error)> NewestAsync(params string[] more) =>
        RunAsync(["compare", At("nights"), "--newest", "3", "--tolerance", "1000%", "--tail-tolerance", "1000%", "--floor", "10s", .. more]);

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments) => CommandLineRun.OfAsync(arguments);
}
