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
