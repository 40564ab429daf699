using System.Text.Json;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

public sealed class MicroVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("micro-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_benchmark_leaves_a_table_and_json_with_its_limit_beside_it()
    {
        (int exit, string output, string error) = await RunAsync("--filter", "*CidBenchmarks*(Bytes: 256)", "--warmupCount", "1", "--iterationCount", "2", "--iterationTime", "5");
        Assert.True(exit == 0, output + error);
        Assert.Matches(@"\| content id of bytes \| Bytes=256 \| [0-9.]+ [nµm]s \| [0-9.]+ [nµm]s \| .* \| [0-9]+ ?% \| [0-9.,]+ k?B \|", output);
        Assert.Contains("Benchmark: CidBenchmarks.Limit", error, StringComparison.Ordinal);
        Assert.Equal(["micro.json", "micro.md"], Directory.GetFileSystemEntries(_folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(output, await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "micro.md")));
        using JsonDocument json = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(_folder.FullName, "micro.json")));
        Assert.Equal("fireproofbench/micro/1", json.RootElement.GetProperty("schema").GetString());
        Assert.NotEqual("", json.RootElement.GetProperty("environment").GetProperty("processor").GetString());
        JsonElement row = Assert.Single(json.RootElement.GetProperty("benchmarks").EnumerateArray());
        Assert.Equal(row.GetProperty("limit").GetDouble() / row.GetProperty("best").GetDouble(), row.GetProperty("ofLimit").GetDouble(), tolerance: 0.01);
    }

    [Fact]
    public async Task What_cannot_run_is_exit_code_2_and_says_why()
    {
        (int exit, string output, string error) = await RunAsync("--filter", "*Nothing*");
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains("The filter '*Nothing*' that you have provided returned 0 benchmarks", error, StringComparison.Ordinal);
        Assert.Contains("fireproofbench micro --list flat", error, StringComparison.Ordinal);
        (exit, _, error) = await RunAsync("--nonsense");
        Assert.Equal(2, exit);
        Assert.Contains("nonsense", error, StringComparison.Ordinal);
        string file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        (exit, _, error) = await RunAsync("--filter", "*Cid*", "--results", file);
        Assert.Equal(2, exit);
        Assert.Contains("is a file", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_benchmarks_are_listed_and_nothing_is_written()
    {
        (int exit, string output, _) = await RunAsync("--list", "flat");
        Assert.Equal(0, exit);
        Assert.Contains("FireproofBench.Micro.Benchmarks.CommitBenchmarks.Commit", output, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        string[] results = arguments.Contains("--results") ? [] : ["--results", _folder.FullName];
        return CommandLineRun.OfAsync(["micro", .. arguments, .. results]);
    }
}
