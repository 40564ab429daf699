using System.Collections.Immutable;
using FireproofBench.Load.Pacing;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Scenarios;
using FireproofBench.Load.Simulations;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class RunTotalsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("run-totals-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Two_halves_of_a_run_told_as_one_are_the_whole()
    {
        Dice dice = new(1, "halves");
        (int Step, long Latency, long Lateness)[] calls = [.. Enumerable.Range(0, 5000).Select(_ => (dice.Below(2), 1000 + (long)dice.Below(2_000_000_000), (long)dice.Below(1_000_000)))];
        RunTotals whole = Read(calls, 0, 1);
        RunTotals merged = RunTotals.Merge([Read(calls, 0, 2), Read(calls, 1, 2)]);
        Assert.Equal((whole.Started, whole.Loaded, whole.Dropped, whole.Unfinished), (merged.Started, merged.Loaded, merged.Dropped, merged.Unfinished));
        Assert.Equal((2 * whole.Requests.Put, 2 * whole.Sent), (merged.Requests.Put, merged.Sent));
        Assert.Equal(whole.Anomalies, merged.Anomalies);
        foreach ((RunTotalsStep expected, RunTotalsStep step) in whole.Steps.Zip(merged.Steps))
        {
            Assert.Equal((expected.Name, expected.Totals.Bytes, expected.Totals.Failed), (step.Name, step.Totals.Bytes, step.Totals.Failed));
            Assert.Equal(expected.Totals.Errors, step.Totals.Errors);
            Assert.Equal(expected.PerSecond, step.PerSecond, 2);
            Assert.Equal(expected.Totals.Intended.Summary(), step.Totals.Intended.Summary());
            Assert.Equal(expected.Totals.Actual.Summary(), step.Totals.Actual.Summary());
            for (double percentile = 0; percentile <= 100; percentile += 0.1)
                Assert.Equal(expected.Totals.Intended.At(percentile), step.Totals.Intended.At(percentile));
        }
    }

    [Fact]
    public void Runs_that_began_one_after_the_other_had_load_from_the_first_start_to_the_last_end()
    {
        RunTotals run = Read([(0, 1000, 0), (0, 1000, 0)], 0, 1);
        RunTotals merged = RunTotals.Merge([run with { Started = run.Started + TimeSpan.FromSeconds(3) }, run, run with { Loaded = TimeSpan.FromSeconds(4) }]);
        Assert.Equal((run.Started, TimeSpan.FromSeconds(13)), (merged.Started, merged.Loaded));
        Assert.Equal((1, 3), (run.Steps[0].Totals.Actual.Count, merged.Steps[0].Totals.Actual.Count));
    }

    [Fact]
    public void Runs_of_different_scenarios_are_not_told_as_one()
    {
        RunTotals run = Read([(0, 1000, 0)], 0, 1);
        Assert.Contains("only runs of one scenario", Assert.Throws<InvalidDataException>(() => RunTotals.Merge([run, run with { Kind = run.Kind with { Scenario = "chat" } }])).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => RunTotals.Merge([run, run with { Steps = run.Steps[..1] }]));
        Assert.Contains("the same load", Assert.Throws<InvalidDataException>(() => RunTotals.Merge([run, run with { Kind = run.Kind with { Plan = "another" } }])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_one_after_the_other_are_not_told_as_one()
    {
        RunTotals run = Read([(0, 1000, 0)], 0, 1);
        Assert.Contains("side by side", Assert.Throws<InvalidDataException>(() => RunTotals.Merge([run, run with { Started = run.Started + run.Loaded }])).Message, StringComparison.Ordinal);
    }

    // Every nth call, written as the folder of a run and read back.
    private RunTotals Read((int Step, long Latency, long Lateness)[] calls, int first, int every)
    {
        Recorder recorder = new(["put", "get"], new LoadClock(TimeProvider.System), 0);
        LoadManifest manifest = new()
        {
            Scenario = ScenarioBook.Find("raw-put")!,
            Url = "memory:",
            Provider = "memory",
            Seed = first,
            Plan = new LoadPlan([new KeepConstant(1, TimeSpan.FromSeconds(10))]),
            Workers = 1,
            Settings = new ScenarioSettings(),
            Version = "1",
        };
        using LoadFolder folder = LoadFolder.Create(_folder.FullName, manifest, DateTimeOffset.UnixEpoch);
        ImmutableArray<IntervalRow>.Builder rows = ImmutableArray.CreateBuilder<IntervalRow>();
        for (int i = 0; i < calls.Length; i++)
        {
            (int step, long latency, long lateness) = calls[i];
            if (i % every == first && i % 7 == 0)
                recorder.Fail(step, i % 2 == 0 ? "Throttled" : "Transient");
            else if (i % every == first)
                recorder.Succeed(step, latency, lateness, i);
            if (i % every == first && i % 1000 == 0)
                recorder.See(AnomalyKind.StaleRead, "old");
            if (i % 500 == 499)
                Collect();
        }

        Collect();
        LoadOutcome outcome = new(DateTimeOffset.UnixEpoch, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), rows.ToImmutable(), recorder, 0, null, false);
        folder.Write(LoadFolder.RunFile, stream => LoadJson.Write(stream, manifest, outcome, new LoadAftermath(new RequestCounts(100, 50, 0, 0, 1, 0), 4096, 10, [], null), []));
        folder.Finish();
        return RunTotals.Read(folder.Path);

        void Collect()
        {
            TimeSpan at = TimeSpan.FromSeconds(rows.Count);
            IntervalRow row = recorder.Collect(ImmutableSortedDictionary<string, double>.Empty, (step, totals) => folder.Add(step, at, TimeSpan.FromSeconds(1), totals));
            rows.Add(row with { At = at, Length = TimeSpan.FromSeconds(1) });
        }
    }
}
