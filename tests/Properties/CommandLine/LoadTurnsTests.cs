using System.Text.Json;
using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Memory;
using FireproofBench.Gateways.Simulated;
using FireproofBench.Scenarios.CommandLine;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

/// <summary>Runs of <c>load --against</c>, which take turns: what any of them saw counts.</summary>
public sealed class LoadTurnsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("load-turns-");
    private int _opened;

    private string[] Runs => [.. Directory.GetFiles(_folder.FullName, "run.json", SearchOption.AllDirectories)];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_is_lost_in_one_of_the_runs_is_in_the_exit_code_of_all()
    {
        int puts = 0;
        (int exit, string output, string error) = await RunAsync(
            _ => new BentGateway(new MemoryDataGateway(TimeProvider.System))
            {
                // Only once in the first run: no metric can tell.
                OnPut = (store, key, body, condition, token) => Interlocked.Increment(ref puts) == 10 ? ValueTask.FromResult("lost") : store.PutAsync(key, body, condition, token),
            },
            "--threshold",
            "count(put) > 0");
        Assert.True(exit == 1, output + error);
        Assert.Contains("ANOMALY lost-update: 1", output, StringComparison.Ordinal);
        Assert.Contains("2 runs against 2", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pair_that_is_cut_short_leaves_a_comparison_of_what_there_is_and_its_exit_code()
    {
        (int exit, string output, string error) = await RunAsync(number => number == 3 ? throw new UsageException("nobody listens there any more") : new MemoryDataGateway(TimeProvider.System));
        Assert.True(exit == 2, output + error);
        Assert.Contains("nobody listens there any more", error, StringComparison.Ordinal);
        Assert.Contains("cut short after 2 of 4 runs", error, StringComparison.Ordinal);
        Assert.Contains("1 runs against 1", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interruption_in_a_later_run_leaves_a_comparison_of_what_there_is_and_its_exit_code()
    {
        using CancellationTokenSource interrupt = new();
        (int exit, string output, string error) = await RunAsync(
            number => new BentGateway(new MemoryDataGateway(TimeProvider.System))
            {
                OnPut = async (store, key, body, condition, token) =>
                {
                    if (number == 3)
                        await interrupt.CancelAsync();
                    return await store.PutAsync(key, body, condition, token);
                },
            },
            interrupt.Token);
        Assert.True(exit == 130, output + error);
        Assert.Contains("cut short after 2 of 4 runs", error, StringComparison.Ordinal);
        Assert.Contains(" against ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_budget_is_one_for_all_runs()
    {
        // A run makes a hundred puts and as many gets: the second one ends early, and there is no third.
        (int exit, string output, string error) = await RunAsync(static _ => new MemoryDataGateway(TimeProvider.System), "--max-requests", "230");
        Assert.True(exit == 2, output + error);
        Assert.Contains("there is no further run: 230 requests were made, as many as --max-requests allows", error, StringComparison.Ordinal);
        Assert.Equal(2, Runs.Length);
        Assert.Single(Runs, static run =>
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(run));
            return json.RootElement.GetProperty("endedEarly").ValueKind == JsonValueKind.String;
        });
    }

    private Task<(int Exit, string Output, string Error)> RunAsync(Func<int, IDataGateway> open, params string[] more) => RunAsync(open, TestContext.Current.CancellationToken, more);

    private Task<(int Exit, string Output, string Error)> RunAsync(Func<int, IDataGateway> open, CancellationToken interrupt, params string[] more) => CommandLineRun.OfAsync(
        (_, _, _) => ValueTask.FromResult(new StoreUnderTest { Url = "any:", Data = open(++_opened) }),
        interrupt,
        ["load", "raw-put", "any:", "--against", "any:", "--pairs", "2", "--rate", "50/s", "--duration", "2s", "--seed", "7", "--results", _folder.FullName, .. more]);
}
