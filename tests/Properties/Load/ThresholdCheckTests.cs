using System.Collections.Immutable;
using System.Text;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Pacing;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Loading;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class ThresholdCheckTests
{
    private static readonly LoadManifest s_manifest = new()
    {
        Scenario = ScenarioBook.Find("raw-put")!,
        Url = "memory:",
        Provider = "memory",
        Seed = 7,
        Plan = new LoadPlan([new Inject(1, TimeSpan.FromSeconds(1))]),
        Workers = 1,
        Settings = new ScenarioSettings(),
        Version = "1",
    };

    [Theory]
    [InlineData("p99(put) < 500ms", false)]
    [InlineData("mean(put) < 500ms", false)]
    [InlineData("max(put, actual) >= 0s", false)]
    [InlineData("p99(get) < 500ms", true)]
    [InlineData("errors(put) == 3", true)]
    [InlineData("count(put) == 0", true)]
    public void A_latency_of_which_no_call_succeeded_is_broken(string text, bool holds)
    {
        ThresholdResult result = Judge(text, Outcome());
        Assert.Equal(holds, result.Holds);
        if (!holds)
            Assert.Null(result.Measured);
    }

    [Fact]
    public void That_no_call_succeeded_is_told_in_all_results()
    {
        LoadOutcome outcome = Outcome();
        ImmutableArray<ThresholdResult> judged = [Judge("p99(put) < 500ms", outcome)];
        Assert.Contains("BROKEN p99(put) < 500ms (measured nothing: no call succeeded)", LoadText.Lines(s_manifest, outcome, After(), judged));
        Assert.Contains("<failure type=\"threshold\" message=\"measured nothing: no call succeeded\">", JUnit(outcome, judged), StringComparison.Ordinal);
        Assert.Contains("\"measured\": null,\n      \"holds\": false", Written(stream => LoadJson.Write(stream, s_manifest, outcome, After(), judged)).ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_without_load_passed_nothing()
    {
        LoadOutcome outcome = Outcome() with { HadLoad = false, EndedEarly = "before there was load: the budget is spent" };
        ImmutableArray<ThresholdResult> judged = [Judge("anomalies == 0", outcome)];
        Assert.False(judged[0].Holds);
        string[] lines = [.. LoadText.Lines(s_manifest, outcome, After(), judged)];
        Assert.Contains("not judged, for there was no load: anomalies == 0", lines);
        Assert.DoesNotContain(lines, static line => line.StartsWith("holds", StringComparison.Ordinal));
        string tests = JUnit(outcome, judged);
        Assert.Contains("tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\"", tests, StringComparison.Ordinal);
        Assert.Contains("<skipped message=\"there was no load; ended early: before there was load: the budget is spent\"", tests, StringComparison.Ordinal);
        using StringWriter text = new();
        LoadMarkdown.Write(s_manifest, outcome, After(), judged, text);
        Assert.Contains("| `anomalies == 0` | – | not judged |", text.ToString(), StringComparison.Ordinal);
    }

    // Of two steps one that failed three times, and one that succeeded once.
    private static LoadOutcome Outcome()
    {
        Recorder recorder = new(["put", "get"], new LoadClock(TimeProvider.System), 0);
        for (int i = 0; i < 3; i++)
            recorder.Fail(0, "Throttled");
        recorder.Succeed(1, 1_000_000, 0, 1);
        IntervalRow row = recorder.Collect(ImmutableSortedDictionary<string, double>.Empty, null) with { At = TimeSpan.Zero, Length = TimeSpan.FromSeconds(1) };
        return new LoadOutcome(DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), [row], recorder, 0, null, false);
    }

    private static LoadAftermath After() => new(new RequestCounts(4, 0, 0, 0, 0, 0), 0, 0, [], null);

    private static ThresholdResult Judge(string text, LoadOutcome outcome) => Assert.Single(ThresholdCheck.Of(outcome, [Threshold.Read(text, outcome.Recorder.Steps)]));

    private static string JUnit(LoadOutcome outcome, ImmutableArray<ThresholdResult> judged) => Written(stream => LoadJUnit.Write(s_manifest, outcome, judged, stream));

    private static string Written(Action<Stream> write)
    {
        using MemoryStream stream = new();
        write(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
