using System.Collections.Immutable;
using FireproofBench.Load.Pacing;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using HdrHistogram;
using Xunit;
using Recorder = FireproofBench.Load.Recording.Recorder;

namespace FireproofBench.Properties.Load;

public sealed class RecorderTests
{
    private const long Millisecond = 1_000_000;
    private static readonly ImmutableSortedDictionary<string, double> s_none = ImmutableSortedDictionary<string, double>.Empty;

    [Fact]
    public async Task No_count_is_lost_between_many_callers_and_a_collector()
    {
        Recorder recorder = New();
        using CancellationTokenSource over = new();
        Task collecting = Task.Run(() =>
        {
            while (!over.IsCancellationRequested)
                _ = recorder.Collect(s_none, null);
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(() =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                recorder.Begin(i);
                if (i % 10 == caller)
                    recorder.Fail(1, "Transient");
                else
                    recorder.Succeed(0, i * 1000, 0, 3);
            }
        })));
        await over.CancelAsync();
        await collecting;
        _ = recorder.Collect(s_none, null);
        Assert.Equal(8 * 18_000, recorder.Totals[0].Actual.Count);
        Assert.Equal(8 * 18_000 * 3, recorder.Totals[0].Bytes);
        Assert.Equal(8 * 2_000, recorder.Totals[1].Errors["Transient"]);
        Assert.Equal(8 * 20_000, recorder.StartTotal.Count);
    }

    [Fact]
    public void A_late_start_is_in_the_latency_from_the_intended_start_and_not_in_the_other()
    {
        Recorder recorder = New();
        recorder.Succeed(0, 2 * Millisecond, 500 * Millisecond, 1);
        IntervalRow row = recorder.Collect(s_none, null);
        Assert.InRange(row.Steps[0].Intended.P99.TotalMilliseconds, 501, 503);
        Assert.InRange(row.Steps[0].Actual.P99.TotalMilliseconds, 1.99, 2.01);
    }

    [Fact]
    public void What_lies_outside_of_the_histogram_counts_as_the_nearest_that_it_holds()
    {
        Latencies latencies = new();
        latencies.Record(-5);
        latencies.Record(long.MaxValue);
        Assert.Equal(2, latencies.Count);
        Assert.InRange(latencies.At(100).TotalHours, 0.99, 1.01);
    }

    [Fact]
    public void Anomalies_are_all_counted_and_the_first_of_them_told()
    {
        Recorder recorder = New();
        for (int i = 0; i < 1000; i++)
            recorder.See(AnomalyKind.StaleRead, $"number {i}");
        Assert.Equal(1000, recorder.Collect(s_none, null).Anomalies[AnomalyKind.StaleRead]);
        recorder.See(AnomalyKind.WrongBytes, "one");
        IntervalRow next = recorder.Collect(s_none, null);
        Assert.Equal([new(AnomalyKind.WrongBytes, 1)], next.Anomalies);
        Assert.Equal(1000, recorder.Anomalies[AnomalyKind.StaleRead]);
        Assert.Equal(Recorder.MaxTold, recorder.Told.Length);
        Assert.Equal("number 0", recorder.Told[0].What);
    }

    [Fact]
    public async Task Events_of_the_engine_are_all_counted_by_interval_and_the_first_rare_ones_told_with_their_times()
    {
        Recorder recorder = New();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 1000; i++)
                recorder.Count(EngineEvent.Commit, 2);
            recorder.Note(EngineEvent.Compaction, TimeSpan.FromMilliseconds(3));
        })));
        IntervalRow row = recorder.Collect(s_none, null);
        Assert.Equal([new(EngineEvent.Commit, 16_000), new(EngineEvent.Compaction, 8)], row.Events);
        Assert.Empty(recorder.Collect(s_none, null).Events);
        Assert.Equal(8, recorder.Events.Length);
        Assert.All(recorder.Events, static happened => Assert.Equal((EngineEvent.Compaction, 3), (happened.Name, happened.Duration.TotalMilliseconds)));
        for (int i = 0; i < 2 * Recorder.MaxEvents; i++)
            recorder.Note(EngineEvent.Regression, TimeSpan.Zero);
        Assert.Equal(2 * Recorder.MaxEvents, recorder.Collect(s_none, null).Events[EngineEvent.Regression]);
        Assert.Equal(Recorder.MaxEvents, recorder.Events.Length);
    }

    [Fact]
    public void A_histogram_log_reads_back_as_it_was_written()
    {
        Latencies fast = new();
        Latencies slow = new();
        for (int i = 1; i <= 1000; i++)
        {
            fast.Record(i * 1000);
            slow.Record(i * Millisecond);
        }

        using StringWriter text = new();
        using (HistogramLog log = new(text, DateTimeOffset.UnixEpoch))
        {
            log.Add("put.intended", TimeSpan.Zero, TimeSpan.FromSeconds(1), slow);
            log.Add("put.none", TimeSpan.Zero, TimeSpan.FromSeconds(1), new Latencies());
            log.Add("put.actual", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.5), fast);
        }

        using StringReader reader = new(text.ToString());
        (string Tag, TimeSpan At, TimeSpan Length, HistogramBase Histogram)[] read = [.. HistogramLog.Read(reader)];
        Assert.Equal(["put.intended", "put.actual"], read.Select(static line => line.Tag));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.5)), (read[1].At, read[1].Length));
        foreach (double percentile in new[] { 1, 50, 99, 99.9, 100 })
        {
            Assert.Equal(slow.Histogram.GetValueAtPercentile(percentile), read[0].Histogram.GetValueAtPercentile(percentile));
            Assert.Equal(fast.Histogram.GetValueAtPercentile(percentile), read[1].Histogram.GetValueAtPercentile(percentile));
        }
    }

    [Theory]
    [InlineData("Tag=put,0,1,2")]
    [InlineData("put,0,1,2,HISTFAAA")]
    [InlineData("Tag=put,x,1,2,HISTFAAA")]
    [InlineData("Tag=put,1e300,1,2,HISTFAAA")]
    [InlineData("Tag=put,0,-1,2,HISTFAAA")]
    [InlineData("Tag=put,NaN,1,2,HISTFAAA")]
    [InlineData("Tag=put,0,1,2,no base64!")]
    [InlineData("Tag=put,0,1,2,HISTFAAABcBYhe3Wz2pc")]
    public void A_broken_histogram_log_is_refused_with_the_line(string line)
    {
        using StringReader reader = new($"#[a comment]\n{line}\n");
        Assert.StartsWith("line 2", Assert.Throws<FormatException>(() => HistogramLog.Read(reader).Count()).Message, StringComparison.Ordinal);
    }

    private static Recorder New() => new(["put", "get"], new LoadClock(TimeProvider.System), 0);
}
