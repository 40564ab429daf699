using System.Text.Json;
using Xunit;

namespace FireproofBench.Properties.CommandLine;

public sealed class SimulateVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("simulate-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task One_seed_is_told_as_a_story_the_same_each_time()
    {
        (int exit, string output, string error) = await RunAsync("--seed", "42", "--steps", "30");
        Assert.Equal((0, ""), (exit, error));
        Assert.StartsWith("seed 42, 3 devices, 30 steps, sim:", output, StringComparison.Ordinal);
        Assert.Contains("All claims hold.", output, StringComparison.Ordinal);
        Assert.Equal((exit, output, error), await RunAsync("--seed", "42", "--steps", "30"));
        Assert.NotEqual(output, (await RunAsync("--seed", "43", "--steps", "30")).Output);
    }

    [Fact]
    public async Task Several_seeds_leave_JSON_a_line_in_the_history_and_a_page()
    {
        string json = At("out.json");
        string history = At("history.jsonl");
        for (int run = 1; run <= 2; run++)
        {
            (int exit, string output, _) = await RunAsync("--seeds", "1..5", "--steps", "20", "--json", json, "--history", history);
            Assert.Equal(0, exit);
            Assert.Contains("5 seeds to 5, 0 violations: 3 devices, 20 steps each", output, StringComparison.Ordinal);
            Assert.Equal(run, (await File.ReadAllLinesAsync(history, TestContext.Current.CancellationToken)).Length);
        }

        using JsonDocument written = JsonDocument.Parse(await File.ReadAllBytesAsync(json, TestContext.Current.CancellationToken));
        Assert.Equal("fireproofbench/simulation/1", written.RootElement.GetProperty("schema").GetString());
        Assert.Equal(5, written.RootElement.GetProperty("seeds").GetInt64());
        Assert.Contains("<html", await File.ReadAllTextAsync(history + ".html", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_violation_is_made_small_and_its_plan_can_be_run_again()
    {
        (int exit, string output, _) = await RunAsync("--store", "fault/B03", "--seeds", "1..20", "--steps", "40", "--stop-after", "1", "--shrink", "60", "--report", _folder.FullName, "--workers", "1");
        Assert.Equal(1, exit);
        Assert.Contains("VIOLATION", output, StringComparison.Ordinal);
        string kept = Assert.Single(_folder.GetDirectories("seed-*")).FullName;
        Assert.Equal(["clock.dot", "clock.svg", "plan.json", "sequence.mmd", "story.txt"], Directory.EnumerateFiles(kept).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        (int again, string story, _) = await RunAsync("--plan", Path.Combine(kept, "plan.json"));
        Assert.Equal(1, again);
        Assert.Contains("VIOLATION", story, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seeds", "5..x", "--seeds: '5..x' is not FROM..TO")]
    [InlineData("--store", "nowhere", "nobody knows the profile 'nowhere'")]
    [InlineData("--devices", "27", "--devices: 1 to 26")]
    [InlineData("--minutes", "0", "--minutes: above 0")]
    [InlineData("--minutes", "NaN", "--minutes: above 0")]
    [InlineData("--history", "-", "--history: a history has lines of several campaigns")]
    [InlineData("--plan", "missing.json", "--plan: 'missing.json' cannot be read")]
    public async Task Wrong_arguments_are_told_and_exit_with_2(string option, string value, string said)
    {
        (int exit, string output, string error) = await RunAsync(option, value);
        Assert.Equal((2, ""), (exit, output));
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_history_stays_as_it_is()
    {
        string history = At("letters.txt");
        await File.WriteAllTextAsync(history, "Dear reader,\n", TestContext.Current.CancellationToken);
        (int exit, _, string error) = await RunAsync("--seeds", "1..1", "--steps", "5", "--history", history);
        Assert.Equal(2, exit);
        Assert.Contains("cannot be added to", error, StringComparison.Ordinal);
        Assert.Equal("Dear reader,\n", await File.ReadAllTextAsync(history, TestContext.Current.CancellationToken));
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments) => CommandLineRun.OfAsync(["simulate", .. arguments]);
}
