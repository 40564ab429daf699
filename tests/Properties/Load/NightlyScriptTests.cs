using System.Diagnostics;
using System.Globalization;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Load;

/// <summary>The script of a night with a tool in place of the real one that only leaves files.</summary>
public sealed class NightlyScriptTests : IDisposable
{
    private const string Tool = """
        #!/usr/bin/env bash
        echo "$*" >> "$CALLS"
        case $1 in
          conform) echo conformed ;;
          load)
            run=$NIGHTS/load/$(date -u +%Y%m%dT%H%M%SZ)-$2-$RANDOM
            mkdir -p "$run"
            echo "this night's $2" > "$run/summary.md"
            touch "$run/run.json" "$run/histograms.hlog" ;;
          simulate) echo "2000 seeds, 0 violations" ;;
          compare) echo "No regression."; exit "${COMPARED:-0}" ;;
          report) [[ $* == *--markdown* ]] && echo "# Stores judged" || { echo "WORSE  p50(put)"; echo "mended p99(put)"; } ;;
        esac
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nightly-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_night_is_summed_up_alone_and_what_is_old_by_its_name_is_pruned()
    {
        string young = OldRun(-13);
        string old = OldRun(-16);
        File.WriteAllText(At("nights/summary.md"), "the night before");
        Assert.Equal(0, await RunAsync());
        string summary = File.ReadAllText(At("nights/summary.md"));
        Assert.StartsWith("# Night of ", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("the night before", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("an old night", summary, StringComparison.Ordinal);
        foreach (string told in new[] { "- simulation: well", "this night's raw-put", "this night's raw-get", "No regression.", "WORSE  p50(put)", "2000 seeds, 0 violations", "# Stores judged" })
            Assert.Contains(told, summary, StringComparison.Ordinal);
        Assert.DoesNotContain("mended", summary, StringComparison.Ordinal);

        // All files are of today, as in a fresh checkout.
        Assert.Equal(["run.json"], Directory.GetFiles(old).Select(Path.GetFileName));
        Assert.Equal(3, Directory.GetFiles(young).Length);
        string[] calls = File.ReadAllLines(At("calls"));
        Assert.Equal(12, calls.Count(static call => call.EndsWith("--threshold errors < 1% --threshold dropped == 0 --threshold unfinished == 0", StringComparison.Ordinal)));
        Assert.Single(calls, static call => call.Contains("--newest 3 --since 20", StringComparison.Ordinal));
        Assert.DoesNotContain(calls, call => call == $"report {At("nights")} --markdown");
    }

    [Theory]
    [InlineData("1", 1, "- **load against the nights before: failed**")]
    [InlineData("2", 2, "- **load against the nights before: could not run** (exit code 2)")]
    [InlineData("137", 2, "(exit code 137)")]
    public async Task How_a_part_ends_is_how_the_night_ends(string compared, int exit, string told)
    {
        Assert.Equal(exit, await RunAsync(("COMPARED", compared)));
        Assert.Contains(told, File.ReadAllText(At("nights/summary.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_tool_cannot_be_built_the_summary_says_so()
    {
        File.WriteAllText(At("nights/summary.md"), "the night before");
        Write("dotnet", "#!/usr/bin/env bash\nexit 1\n");
        Assert.Equal(2, await RunAsync(("PATH", $"{At("bin")}:/usr/bin:/bin")));
        string summary = File.ReadAllText(At("nights/summary.md"));
        Assert.Contains("build: could not run", summary, StringComparison.Ordinal);
        Assert.DoesNotContain("the night before", summary, StringComparison.Ordinal);
    }

    // As the workflow keeps it: in a work tree of a branch, fetched by a fresh and shallow checkout each night.
    [Fact]
    public async Task The_history_is_begun_by_the_first_night_and_fetched_by_each_later_one_without_the_summary_of_the_night_before()
    {
        await GitAsync("", "init", "--bare", "-b", "main", At("origin"));
        string sources = await CheckoutAsync("sources");
        foreach (string file in new[] { ".gitignore", "bench/Nightly/fetch.sh" })
            File.Copy(SourceTree.At(file), At("sources/" + file));
        await GitAsync(sources, "add", "-A");
        await GitAsync(sources, "commit", "-m", "Sources");
        await GitAsync(sources, "push", "origin", "main");
        for (int night = 1; night <= 3; night++)
        {
            string checkout = await CheckoutAsync($"night-{night}");
            Assert.Equal(0, await RunAsync(checkout, "bash", "bench/Nightly/fetch.sh"));
            string history = Path.Combine(checkout, "results/nightly");
            Assert.Equal(Enumerable.Range(1, night - 1).Select(static one => $"{one}.txt"), Directory.GetFiles(history).Select(static file => Path.GetFileName(file)!).Where(static name => name != ".git").Order());
            File.WriteAllText(Path.Combine(history, $"{night}.txt"), "a night");
            File.WriteAllText(Path.Combine(history, "summary.md"), "its summary");
            await GitAsync(history, "add", "-A");
            await GitAsync(history, "commit", "-m", $"Night {night}");
            await GitAsync(history, "push", "origin", "nightly-results");
        }

        string apart = await CheckoutAsync("apart");
        await GitAsync(apart, "remote", "set-url", "origin", At("nowhere"));
        Assert.NotEqual(0, await RunAsync(apart, "bash", "bench/Nightly/fetch.sh"));
        Assert.False(Directory.Exists(Path.Combine(apart, "results/nightly")));
    }

    private async Task<string> CheckoutAsync(string name)
    {
        await GitAsync("", "clone", "--depth", "1", new Uri(At("origin")).AbsoluteUri, At(name));
        await GitAsync(At(name), "config", "user.name", "nightly");
        await GitAsync(At(name), "config", "user.email", "nightly@example.org");
        return At(name);
    }

    private static async Task GitAsync(string folder, params string[] arguments) => Assert.Equal(0, await RunAsync(folder, ["git", .. arguments]));

    private string OldRun(int days)
    {
        string run = At("nights/load/" + DateTime.UtcNow.AddDays(days).ToString("yyyyMMdd'T'020000'Z'", CultureInfo.InvariantCulture) + "-raw-put-memory-1");
        Directory.CreateDirectory(run);
        foreach (string file in new[] { "run.json", "histograms.hlog", "summary.md" })
            File.WriteAllText(Path.Combine(run, file), "an old night");
        return run;
    }

    private async Task<int> RunAsync(params (string Name, string Value)[] environment)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no bash");
        if (!environment.Any(static one => one.Name == "PATH"))
            Write("fireproofbench", Tool);
        ProcessStartInfo start = new("/usr/bin/env", ["bash", SourceTree.At("bench/Nightly/run.sh"), "--url", "memory:", "--out", At("nights")]);
        start.Environment["PATH"] = $"{At("bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["CALLS"] = At("calls");
        start.Environment["NIGHTS"] = At("nights");
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return await RunAsync(start);
    }

    private static Task<int> RunAsync(string folder, params string[] command)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there is no bash");
        return RunAsync(new ProcessStartInfo("/usr/bin/env", command) { WorkingDirectory = folder });
    }

    private static async Task<int> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(await output + await error);
        return process.ExitCode;
    }

    private void Write(string name, string script)
    {
        Directory.CreateDirectory(At("bin"));
        File.WriteAllText(At("bin/" + name), script);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(At("bin/" + name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string At(string name)
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
