using Xunit;

namespace FireproofBench.Properties.CommandLine;

public sealed class ReportVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("report-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Load_runs_of_a_folder_become_a_page_over_time()
    {
        for (int run = 0; run < 2; run++)
            Assert.Equal(0, (await RunAsync("load", "raw-put", "memory:", "--writers", "2", "--duration", "300ms", "--results", _folder.FullName)).Exit);
        Directory.CreateDirectory(At("broken"));
        await File.WriteAllTextAsync(At("broken/run.json"), "{");
        (int exit, _, string error) = await RunAsync("report", _folder.FullName);
        Assert.True(exit == 0, error);
        Assert.Contains("2 load runs are in", error, StringComparison.Ordinal);
        Assert.Contains("a run is skipped: '", error, StringComparison.Ordinal);
        string page = await File.ReadAllTextAsync(At("trend.html"));
        Assert.Contains("2 runs of 1 kind", page, StringComparison.Ordinal);
        foreach (string run in Directory.GetDirectories(_folder.FullName, "*-raw-put-*"))
            Assert.Contains($"href=\"./{Path.GetFileName(run)}/report.html\"", page, StringComparison.Ordinal);
        Assert.False(File.Exists(At("index.html")));

        // Pages of old runs are removed some day.
        string old = Directory.GetDirectories(_folder.FullName, "*-raw-put-*")[0];
        File.Delete(Path.Combine(old, "report.html"));
        Assert.Equal(0, (await RunAsync("report", _folder.FullName)).Exit);
        Assert.Contains($"href=\"./{Path.GetFileName(old)}/run.json\"", await File.ReadAllTextAsync(At("trend.html")), StringComparison.Ordinal);
        (exit, string output, _) = await RunAsync("report", _folder.FullName, "--markdown");
        Assert.Equal(0, exit);
        Assert.Contains("| raw-put | memory | keep-constant 2 300ms | 2 |", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_that_did_not_go_to_their_end_are_left_out_with_a_word()
    {
        for (int run = 0; run < 2; run++)
            Assert.Equal(0, (await RunAsync("load", "raw-put", "memory:", "--writers", "2", "--duration", "300ms", "--results", _folder.FullName)).Exit);
        string[] runs = [.. Directory.GetDirectories(_folder.FullName).Select(static run => Path.Combine(run, "run.json"))];
        await InterruptAsync(runs[0]);
        (int exit, _, string error) = await RunAsync("report", _folder.FullName);
        Assert.True(exit == 0, error);
        Assert.Contains("1 load run that did not go to the end under load: left out", error, StringComparison.Ordinal);
        Assert.Contains("1 load run are in", error, StringComparison.Ordinal);
        await InterruptAsync(runs[1]);
        (exit, _, error) = await RunAsync("report", _folder.FullName);
        Assert.Equal(2, exit);
        Assert.Contains("has no run that went to its end under load", error, StringComparison.Ordinal);

        static async Task InterruptAsync(string run) =>
            await File.WriteAllTextAsync(run, (await File.ReadAllTextAsync(run)).Replace("\"interrupted\": false", "\"interrupted\": true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_without_results_and_a_missing_one_are_told()
    {
        (int exit, _, string error) = await RunAsync("report", _folder.FullName);
        Assert.Equal(2, exit);
        Assert.Contains("has no result", error, StringComparison.Ordinal);
        (exit, _, error) = await RunAsync("report", At("none"));
        Assert.Equal(2, exit);
        Assert.Contains("is no folder", error, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments) => CommandLineRun.OfAsync(arguments);
}
