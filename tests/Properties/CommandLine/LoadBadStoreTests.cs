using System.Text.Json;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Load.Comparing;
using FireproofBench.Properties.Load;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

/// <summary>Load on stores that refuse, and within budgets: what was measured is kept, and the reason told.</summary>
public sealed class LoadBadStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("load-bad-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_store_where_nobody_listens_is_told_of_before_anything_is_written()
    {
        (int exit, _, string error) = await RunAsync(StoreUrls.OpenAsync, "raw-put", "http://127.0.0.1:9");
        Assert.Equal(2, exit);
        Assert.Contains("nobody listens at http://127.0.0.1:9; check that the server runs", error, StringComparison.Ordinal);
        Assert.Empty(_folder.GetDirectories());
    }

    [Fact]
    public async Task What_a_store_throttles_is_counted_and_a_threshold_says_how_much_of_it_is_too_much()
    {
        int puts = 0;
        (int exit, string output, _) = await RunAsync(
            Opener(new BentGateway(new MemoryDataGateway(TimeProvider.System))
            {
                OnPut = (store, key, body, condition, token) => Interlocked.Increment(ref puts) % 4 == 0 ? throw Failure(StorageErrorKind.Throttled) : store.PutAsync(key, body, condition, token),
            }),
            "raw-put",
            "any:",
            "--rate",
            "100/s",
            "--threshold",
            "errors < 10%");
        Assert.Equal(1, exit);
        Assert.Contains("25 failed: Throttled", output, StringComparison.Ordinal);
        Assert.Contains("BROKEN errors < 10% (measured 25", output, StringComparison.Ordinal);
        Assert.Contains("No anomaly", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_fails_half_way_leaves_what_was_measured_and_says_what_could_not_be_looked_at()
    {
        int puts = 0;
        bool IsDown() => Volatile.Read(ref puts) > 50;
        (int exit, string output, string error) = await RunAsync(
            Opener(new BentGateway(new MemoryDataGateway(TimeProvider.System))
            {
                OnPut = (store, key, body, condition, token) => Interlocked.Increment(ref puts) > 50 ? throw Failure(StorageErrorKind.Transient) : store.PutAsync(key, body, condition, token),
                OnGet = (store, key, range, token) => IsDown() ? throw Failure(StorageErrorKind.Transient) : store.GetAsync(key, range, token),
                OnList = (store, prefix, after, limit, token) => IsDown() ? throw Failure(StorageErrorKind.Transient) : store.ListAsync(prefix, after, limit, token),
            }),
            "raw-put",
            "any:",
            "--rate",
            "100/s");
        Assert.Equal(2, exit);
        Assert.Contains("50 failed: Transient", output, StringComparison.Ordinal);
        Assert.Contains("could not all be removed", error, StringComparison.Ordinal);
        using JsonDocument run = Run();
        Assert.Equal(50, run.RootElement.GetProperty("steps")[0].GetProperty("succeeded").GetInt64());
        Assert.Contains("the store is out", run.RootElement.GetProperty("unverified").GetString(), StringComparison.Ordinal);
        Assert.Single(run.RootElement.GetProperty("leftovers").EnumerateArray());
    }

    [Fact]
    public async Task A_stall_counts_in_the_rate_that_a_comparison_judges()
    {
        int puts = 0;
        (int exit, string output, string error) = await RunAsync(
            Opener(new BentGateway(new MemoryDataGateway(TimeProvider.System))
            {
                OnPut = async (store, key, body, condition, token) =>
                {
                    await Task.Delay(Interlocked.Increment(ref puts) == 20 ? 2200 : 10, token);
                    return await store.PutAsync(key, body, condition, token);
                },
            }),
            "raw-put",
            "any:",
            "--writers",
            "1",
            "--duration",
            "4s");
        Assert.True(exit == 0, output + error);
        MeasuredRun measured = MeasuredRun.Read(Assert.Single(_folder.GetDirectories()).FullName);
        MeasuredStep put = Assert.Single(measured.Steps);
        Assert.Contains(put.Intervals, static interval => interval is { HasLoad: true, Counts.IsEmpty: true });
        Assert.InRange(put.Intervals.Where(static interval => interval.HasLoad).Sum(static interval => interval.Length.TotalSeconds), 3.4, 4.6);
        using JsonDocument run = Run();
        Assert.InRange(new StepSample([put]).Rate / run.RootElement.GetProperty("steps")[0].GetProperty("perSecond").GetDouble(), 0.9, 1.1);
    }

    [Theory]
    [InlineData("compaction")]
    [InlineData("large-attachments")]
    public async Task A_database_at_a_store_that_fails_half_way_is_counted_and_ends_as_planned(string scenario)
    {
        int puts = 0;
        MemoryDeviceStore[] databases = [.. Enumerable.Range(0, 2).Select(_ => new MemoryDeviceStore("any", TimeProvider.System))];
        StoreUnderTest store = new()
        {
            Url = "any:",
            Data = new MemoryDataGateway(TimeProvider.System),
            OpenDatabase = (_, name) => new BentDevice(databases[name.StartsWith("old", StringComparison.Ordinal) ? 0 : 1], data => new BentGateway(data)
            {
                OnPut = (below, key, body, condition, token) => Interlocked.Increment(ref puts) > 100 ? throw Failure(StorageErrorKind.Transient) : below.PutAsync(key, body, condition, token),
            }),
        };
        (int exit, string output, string error) = await RunAsync((_, _, _) => ValueTask.FromResult(store), scenario, "any:", "--writers", "1", "--size", "1KiB", "--items", "200", "--duration", "1500ms");
        Assert.True(exit == 0, output + error);
        Assert.Contains("failed: Transient", output, StringComparison.Ordinal);
        Assert.Contains("No anomaly", output, StringComparison.Ordinal);
        Run().Dispose();
    }

    [Fact]
    public async Task A_run_ends_when_it_has_cost_what_it_may_and_keeps_its_result()
    {
        (int exit, string output, _) = await RunAsync(StoreUrls.OpenAsync, "raw-put", "memory:", "--rate", "100/s", "--duration", "10m", "--max-cost", "0.0005", "--prices", "put=5,get=0.4");
        Assert.Equal(0, exit);
        Assert.Contains("US dollars, and --max-cost allows 0.0005", output, StringComparison.Ordinal);
        using JsonDocument run = Run();
        Assert.Contains("--max-cost allows 0.0005", run.RootElement.GetProperty("endedEarly").GetString(), StringComparison.Ordinal);
        Assert.InRange(run.RootElement.GetProperty("requests").GetProperty("put").GetInt64(), 100, 1000);
    }

    [Theory]
    [InlineData("raw-get", "--max-requests", "100", "100 requests were made, as many as --max-requests allows")]
    [InlineData("raw-get", "--max-bytes", "50KiB", "51,200 bytes were moved, as many as --max-bytes allows")]
    [InlineData("raw-get", "--max-cost", "0.0005", "US dollars, and --max-cost allows 0.0005")]
    [InlineData("read-mostly", "--max-requests", "20", "20 requests were made, as many as --max-requests allows")]
    public async Task A_preparation_that_spends_the_budget_ends_the_run_before_any_load(string scenario, string option, string most, string reason)
    {
        string store = Path.Combine(_folder.FullName, "store");
        string results = Path.Combine(_folder.FullName, "results");
        (int exit, string output, string error) = await CommandLineRun.OfAsync(
            ["load", scenario, store, "--items", "100000", "--size", "1KiB", "--writers", "2", "--duration", "10m", option, most, "--prices", "put=5,get=0.4", "--results", results]);
        Assert.True(exit == 2, output + error);
        Assert.Contains("Ended early: before there was load: ", output, StringComparison.Ordinal);
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(store));
        string folder = Assert.Single(Directory.GetDirectories(results));
        using JsonDocument run = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(folder, "run.json")));
        Assert.Contains(reason, run.RootElement.GetProperty("endedEarly").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, run.RootElement.GetProperty("steps")[0].GetProperty("succeeded").GetInt64());
        Assert.InRange(run.RootElement.GetProperty("requests").GetProperty("put").GetInt64(), 10, 2000);
        string page = await File.ReadAllTextAsync(Path.Combine(folder, "report.html"));
        Assert.Contains("in the preparation", page, StringComparison.Ordinal);
        Assert.DoesNotContain("thresholds held", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no prices are known", "--max-cost", "1")]
    [InlineData("--prices put=5,get=0.4,list=5,egress=0.09", "--max-cost", "1")]
    [InlineData("--max-cost: US dollars above 0", "--max-cost", "0")]
    [InlineData("--prices: 'put' is no price", "--max-cost", "1", "--prices", "put")]
    [InlineData("--prices: 'put=-1' is no price", "--max-cost", "1", "--prices", "put=-1,get=1")]
    [InlineData("--prices: the prices of put and get are needed", "--max-cost", "1", "--prices", "put=5")]
    [InlineData("--prices: 'get' stands there twice", "--max-cost", "1", "--prices", "get=5,get=5")]
    [InlineData("--provider: nothing is known of a provider", "--max-cost", "1", "--provider", "nobody-at-all")]
    public async Task A_budget_that_nobody_can_keep_is_refused_before_the_run(string reason, params string[] more)
    {
        (int exit, _, string error) = await RunAsync(StoreUrls.OpenAsync, ["raw-put", "memory:", .. more]);
        Assert.Equal(2, exit);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Empty(_folder.GetDirectories());
    }

    [Fact]
    public async Task The_prices_of_a_named_provider_count()
    {
        (int exit, string output, string error) = await RunAsync(StoreUrls.OpenAsync, "raw-put", "memory:", "--rate", "100/s", "--duration", "10m", "--max-cost", "0.0005", "--provider", "aws-s3");
        Assert.True(exit == 0, output + error);
        Assert.Contains("--max-cost allows 0.0005", output, StringComparison.Ordinal);
    }

    private static StorageException Failure(StorageErrorKind kind) => new(kind, "put", "k", "the store is out");

    private static StoreOpener Opener(IDataGateway data) => (_, _, _) => ValueTask.FromResult(new StoreUnderTest { Url = "any:", Data = data });

    private JsonDocument Run() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Assert.Single(_folder.GetDirectories()).FullName, "run.json")));

    private Task<(int Exit, string Output, string Error)> RunAsync(StoreOpener stores, params string[] arguments)
    {
        string[] duration = arguments.Contains("--duration") ? [] : ["--duration", "1s"];
        return CommandLineRun.OfAsync(stores, TestContext.Current.CancellationToken, ["load", .. arguments, .. duration, "--results", _folder.FullName]);
    }

    private sealed class BentDevice(IDeviceStore below, Func<IDataGateway, IDataGateway> bend) : DeviceOver(below)
    {
        public override IDataGateway Data { get; } = bend(below.Data);
    }
}
