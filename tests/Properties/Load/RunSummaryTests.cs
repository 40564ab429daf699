using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FireproofBench.Load.Pacing;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using FireproofBench.Load.Trends;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class RunSummaryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("run-summary-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_run_that_was_interrupted_ended_early_or_had_no_load_is_not_whole()
    {
        Assert.True(Read(static _ => { }).IsWhole);
        Assert.False(Read(static run => run["interrupted"] = true).IsWhole);
        Assert.False(Read(static run => run["endedEarly"] = "the budget is spent").IsWhole);
        Assert.False(Read(static run => run["loadedMs"] = 0).IsWhole);
    }

    [Fact]
    public void A_run_is_of_another_kind_where_anything_of_its_load_is_other()
    {
        RunKind kind = Read(static _ => { }).Kind;
        Assert.Equal("inject 5/s 1000ms, 4 workers, poisson arrivals, 2 s of warm-up", kind.Load);
        Assert.Equal(kind, Read(static run => (run["seed"], run["version"]) = (99, "2")).Kind);
        (string Name, Action<JsonObject> Change)[] all =
        [
            ("workers", static run => run["workers"] = 5),
            ("arrivals", static run => run["arrivals"] = "constant"),
            ("warm-up", static run => run["warmUpMs"] = 3000),
            ("settings", static run => run["settings"]!["size"] = 5),
            ("steps", static run => run["steps"]![0]!["name"] = "write"),
        ];
        foreach ((string name, Action<JsonObject> change) in all)
            Assert.StartsWith(name + " (", Assert.Single(Read(change).Kind.DifferencesTo(kind)), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_lost_is_read_with_the_run()
    {
        RunSummary run = Read(static run => (run["dropped"], run["unfinished"]) = (7, 3));
        Assert.Equal((2, 1), (run.Steps[0].Failed, run.Steps[0].GivenUp));
        Assert.Equal(2 + 7 + 2, run.LostOf(run.Steps[0]));
    }

    // Nothing but that is caught by those who read results.
    [Fact]
    public void A_file_with_anything_else_in_any_place_is_read_or_refused_and_what_is_read_makes_a_trend()
    {
        int places = 0;
        string?[] others = [null, "null", "\"\"", "\"text\"", "[]", "{}", "-1", "1e400", "9223372036854775807", "true"];
        _ = Read(run => places = Places(run).Count());
        Assert.InRange(places, 30, 1000);
        int refused = 0;
        for (int place = 0; place < places; place++)
        {
            foreach (string? other in others)
            {
                try
                {
                    RunSummary read = Read(run => Places(run).ElementAt(place)(other));
                    _ = TrendSeries.Of([read, read]);
                }
                catch (InvalidDataException)
                {
                    refused++;
                }
            }
        }

        Assert.InRange(refused, places, places * others.Length);
    }

    [Fact]
    public void Results_that_are_kept_here_can_all_be_read()
    {
        string kept = SourceTree.At("results/load");
        string[] runs = Directory.GetFiles(kept, LoadFolder.RunFile, SearchOption.AllDirectories);
        Assert.NotEmpty(runs);
        Assert.All(runs, static run => Assert.NotEqual("", RunSummary.Read(Path.GetDirectoryName(run)!).Kind.Steps));
    }

    // Puts a text of JSON in one place; nothing for null.
    private static IEnumerable<Action<string?>> Places(JsonNode node) => node switch
    {
        JsonObject all => all.ToArray().SelectMany(item => new Action<string?>[] { other => Change(all, item.Key, other) }.Concat(item.Value is null ? [] : Places(item.Value))),
        JsonArray all => Enumerable.Range(0, all.Count).SelectMany(i => new Action<string?>[] { other => Change(all, i, other) }.Concat(all[i] is { } value ? Places(value) : [])),
        _ => [],
    };

    private static void Change(JsonObject all, string name, string? other)
    {
        _ = all.Remove(name);
        if (other is not null)
            all[name] = JsonNode.Parse(other);
    }

    private static void Change(JsonArray all, int index, string? other)
    {
        if (other is null)
            all.RemoveAt(index);
        else
            all[index] = JsonNode.Parse(other);
    }

    private RunSummary Read(Action<JsonObject> change)
    {
        Recorder recorder = new(["put"], new LoadClock(TimeProvider.System), 0);
        recorder.Succeed(0, 1_000_000, 0, 1);
        recorder.Fail(0, "Throttled");
        recorder.Fail(0, Iteration.GivenUp);
        IntervalRow row = recorder.Collect(ImmutableSortedDictionary<string, double>.Empty, null) with { At = TimeSpan.Zero, Length = TimeSpan.FromSeconds(1) };
        LoadManifest manifest = new()
        {
            Scenario = ScenarioBook.Find("raw-put")!,
            Url = "memory:",
            Provider = "memory",
            Seed = 7,
            Plan = new LoadPlan([new Inject(5, TimeSpan.FromSeconds(1))], TimeSpan.FromSeconds(2), Arrivals.Poisson),
            Workers = 4,
            Settings = new ScenarioSettings(),
            Version = "1",
        };
        LoadOutcome outcome = new(DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), [row], recorder, 0, null, false);
        using MemoryStream written = new();
        LoadJson.Write(written, manifest, outcome, new LoadAftermath(new RequestCounts(3, 0, 0, 0, 0, 0), 0, 0, [], null), []);
        JsonObject run = JsonNode.Parse(written.ToArray())!.AsObject();
        change(run);
        File.WriteAllText(Path.Combine(_folder.FullName, LoadFolder.RunFile), run.ToJsonString());
        return RunSummary.Read(_folder.FullName);
    }
}
