using System.Globalization;
using System.Text.Json;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

/// <summary>However a run of load ends, what was measured is there.</summary>
public sealed class LoadEndTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("load-end-");

    public void Dispose()
    {
        if (_folder.Exists)
            _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_result_is_there_before_the_clean_up_and_says_so_and_afterwards_what_is_left()
    {
        JsonElement[] before = [];
        string page = "";
        int deletes = 0;
        BentGateway store = new(new MemoryDataGateway(TimeProvider.System))
        {
            OnDelete = async (below, key, version, token) =>
            {
                if (Interlocked.Increment(ref deletes) == 1)
                {
                    before = [Run().RootElement.Clone()];
                    page = await File.ReadAllTextAsync(FileOf("report.html"), token);
                    Assert.NotEmpty(await File.ReadAllLinesAsync(FileOf("series.jsonl"), token));
                    Assert.NotEmpty(await File.ReadAllLinesAsync(FileOf("histograms.hlog"), token));
                }

                return await below.DeleteAsync(key, version, token);
            },
        };
        (int exit, string output, string error) = await RunAsync(Opener(store), TestContext.Current.CancellationToken, "raw-put", "any:");
        Assert.True(exit == 0, output + error);
        Assert.Equal(JsonValueKind.Null, Assert.Single(before).GetProperty("leftovers").ValueKind);
        Assert.True(before[0].GetProperty("steps")[0].GetProperty("succeeded").GetInt64() > 0);
        Assert.Contains("not cleaned up yet", page, StringComparison.Ordinal);
        Assert.Empty(Run().RootElement.GetProperty("leftovers").EnumerateArray());
        Assert.DoesNotContain("not cleaned up yet", await File.ReadAllTextAsync(FileOf("report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interruption_while_contents_are_read_back_is_one_of_the_run()
    {
        using CancellationTokenSource interrupt = new();
        BentGateway store = new(new MemoryDataGateway(TimeProvider.System))
        {
            OnGet = async (_, _, _, token) =>
            {
                await interrupt.CancelAsync();
                await Task.Delay(Timeout.Infinite, token);
                return null;
            },
        };
        (int exit, string output, _) = await RunAsync(Opener(store), interrupt.Token, "raw-put", "any:");
        Assert.Equal(130, exit);
        Assert.Contains("Interrupted: these are the figures so far.", output, StringComparison.Ordinal);
        JsonElement run = Run().RootElement;
        Assert.True(run.GetProperty("interrupted").GetBoolean());
        Assert.Empty(run.GetProperty("leftovers").EnumerateArray());
        Assert.Equal(0, run.GetProperty("readBack").GetProperty("read").GetInt64());
        Assert.Contains("Interrupted:", await File.ReadAllTextAsync(FileOf("report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_of_which_no_call_succeeded_measured_nothing()
    {
        BentGateway store = new(new MemoryDataGateway(TimeProvider.System))
        {
            OnPut = static (_, key, _, _, _) => throw new StorageException(StorageErrorKind.NotAuthorized, "put", key, "you may list, and nothing else"),
        };
        (int exit, string output, string error) = await RunAsync(Opener(store), TestContext.Current.CancellationToken, "raw-put", "any:");
        Assert.True(exit == 2, output + error);
        Assert.Contains("No call succeeded: nothing was measured", output, StringComparison.Ordinal);
        Assert.DoesNotContain("No anomaly", output, StringComparison.Ordinal);
        Assert.Contains("No call succeeded", await File.ReadAllTextAsync(FileOf("report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_kept_is_told_and_not_called_clean()
    {
        BentGateway store = new(new MemoryDataGateway(TimeProvider.System));
        (int exit, string output, string error) = await RunAsync(Opener(store), TestContext.Current.CancellationToken, "raw-put", "any:", "--keep");
        Assert.True(exit == 0, output + error);
        Assert.Matches("What the run wrote was kept, as asked: all under 'load-[0-9a-f]{16}/'", output);
        Assert.Equal(JsonValueKind.Null, Run().RootElement.GetProperty("leftovers").ValueKind);
    }

    [Fact]
    public async Task A_check_ends_when_it_has_spent_what_is_left_of_the_budget()
    {
        BentGateway store = new(new MemoryDataGateway(TimeProvider.System))
        {
            OnGet = static async (below, key, range, token) =>
            {
                await Task.Delay(200, token);
                return await below.GetAsync(key, range, token);
            },
        };
        (int exit, string output, string error) = await RunAsync(Opener(store), TestContext.Current.CancellationToken, "raw-put", "any:", "--max-bytes", "150KB", "--size", "1KB", "--verify", "all");
        Assert.True(exit == 2, output + error);
        Assert.Contains("the budget was spent: 150,000 bytes were moved", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_of_the_load_itself_ends_the_run_with_its_figures_and_the_reason()
    {
        int puts = 0;
        BentGateway store = new(new MemoryDataGateway(TimeProvider.System))
        {
            OnPut = (below, key, body, condition, token) => Interlocked.Increment(ref puts) > 20 ? throw new ArgumentException("no such thing") : below.PutAsync(key, body, condition, token),
        };
        (int exit, string output, string error) = await RunAsync(Opener(store), TestContext.Current.CancellationToken, "raw-put", "any:");
        Assert.True(exit == 2, output + error);
        Assert.Contains("Ended early: the load failed by itself: ArgumentException: no such thing", output, StringComparison.Ordinal);
        Assert.Contains("no such thing", error, StringComparison.Ordinal);
        JsonElement run = Run().RootElement;
        Assert.Equal(20, run.GetProperty("steps")[0].GetProperty("succeeded").GetInt64());
        Assert.Equal("no such thing", run.GetProperty("fault").GetString());
        Assert.Empty(run.GetProperty("leftovers").EnumerateArray());
        Assert.DoesNotContain("thresholds held", await File.ReadAllTextAsync(FileOf("report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_results_where_nothing_can_be_made_is_told_of_with_what_to_do()
    {
        (int exit, _, string error) = await RunAsync(
            (_, _, _) =>
            {
                // It was there when it was looked at, and is a file when the run begins.
                _folder.Delete(recursive: true);
                File.WriteAllText(_folder.FullName, "");
                return ValueTask.FromResult(new StoreUnderTest { Url = "any:", Data = new MemoryDataGateway(TimeProvider.System) });
            },
            TestContext.Current.CancellationToken,
            "raw-put",
            "any:");
        File.Delete(_folder.FullName);
        Assert.Equal(2, exit);
        Assert.Contains("--results: no folder for the run can be made in", error, StringComparison.Ordinal);
        Assert.Contains("or name another folder", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_that_is_read_back_is_told_as_a_part_and_all_where_all_are_asked_for()
    {
        (int exit, string output, string error) = await RunAsync(StoreUrls.OpenAsync, TestContext.Current.CancellationToken, "raw-put", "memory:", "--verify", "5");
        Assert.True(exit == 0, output + error);
        JsonElement run = Run().RootElement;
        long written = run.GetProperty("steps")[0].GetProperty("succeeded").GetInt64();
        Assert.Equal((5, written), (run.GetProperty("readBack").GetProperty("read").GetInt64(), run.GetProperty("readBack").GetProperty("written").GetInt64()));
        string told = string.Create(CultureInfo.InvariantCulture, $"No anomaly: 5 of {written:N0} contents were read back, and were as they were written.");
        Assert.Contains(told, output, StringComparison.Ordinal);
        Assert.Contains(told, await File.ReadAllTextAsync(FileOf("report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains(told, await File.ReadAllTextAsync(FileOf("summary.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Directory.Delete(Assert.Single(_folder.GetDirectories()).FullName, recursive: true);

        (exit, output, error) = await RunAsync(StoreUrls.OpenAsync, TestContext.Current.CancellationToken, "raw-put", "memory:", "--verify", "all");
        Assert.True(exit == 0, output + error);
        run = Run().RootElement;
        Assert.Equal(run.GetProperty("steps")[0].GetProperty("succeeded").GetInt64(), run.GetProperty("readBack").GetProperty("read").GetInt64());
        Assert.Contains("No anomaly: all contents were as they were written.", output, StringComparison.Ordinal);
    }

    private static StoreOpener Opener(IDataGateway data) => (_, _, _) => ValueTask.FromResult(new StoreUnderTest { Url = "any:", Data = data });

    private string FileOf(string name) => Path.Combine(Assert.Single(_folder.GetDirectories()).FullName, name);

    private JsonDocument Run() => JsonDocument.Parse(File.ReadAllBytes(FileOf("run.json")));

    private Task<(int Exit, string Output, string Error)> RunAsync(StoreOpener stores, CancellationToken interrupt, params string[] arguments) =>
        CommandLineRun.OfAsync(stores, interrupt, ["load", .. arguments, "--rate", "100/s", "--duration", "1s", "--results", _folder.FullName]);
}
