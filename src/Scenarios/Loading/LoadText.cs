using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Load.Feeds;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;

namespace FireproofBench.Scenarios.Loading;

/// <summary>Tells of a load run in plain lines.</summary>
internal static class LoadText
{
    /// <summary>Later than this at its 99th percentile, the generator did not keep the rate as planned.</summary>
    public static readonly TimeSpan LateGenerator = TimeSpan.FromMilliseconds(5);

    private const int MostTold = 5;
    private static readonly TimeSpan s_lateStart = TimeSpan.FromMilliseconds(10);

    /// <summary>An interval in one line, for the time of the run.</summary>
    /// <param name="row">The interval.</param>
    /// <param name="duration">How long the measured part is to be.</param>
    public static string Line(IntervalRow row, TimeSpan duration)
    {
        string when = row.At < TimeSpan.Zero ? "warm-up" : string.Create(CultureInfo.InvariantCulture, $"{(row.At + row.Length).TotalSeconds:0} s of {duration.TotalSeconds:0}");
        List<string> parts = [.. row.Steps.Select(step => string.Create(
            CultureInfo.InvariantCulture,
            $"{step.Step} {step.Succeeded / Math.Max(row.Length.TotalSeconds, 1e-9):N0}/s, p50 {Latency(step.Intended.P50)}, p99 {Latency(step.Intended.P99)}, max {Latency(step.Intended.Max)}"))];
        if (row.Steps.Sum(static step => step.Failed) is var failed and > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{failed} failed"));
        if (row.Dropped > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{row.Dropped} dropped"));
        parts.AddRange(row.Anomalies.Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Value} {LoadJson.Name(pair.Key)}!")));
        parts.AddRange(row.Events.Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:N0}")));
        parts.AddRange(row.Gauges.Where(static gauge => gauge.Value != 0).Select(static gauge => string.Create(CultureInfo.InvariantCulture, $"{gauge.Key} {gauge.Value:0.##}")));
        return $"[{when}] {string.Join("; ", parts)}";
    }

    /// <summary>The whole run.</summary>
    public static IEnumerable<string> Lines(LoadManifest manifest, LoadOutcome outcome, LoadAftermath after, ImmutableArray<ThresholdResult> thresholds)
    {
        Recorder recorder = outcome.Recorder;
        yield return string.Create(
            CultureInfo.InvariantCulture, $"{manifest.Scenario.Name} on {manifest.Url}, seed {manifest.Seed}, {manifest.Workers} workers, {outcome.Measured.TotalSeconds:0.0} s measured");
        yield return "";
        yield return $"{"step",-18}{"calls",12}{"per second",12}{"MB/s",9}{"failed",9}{"p50",11}{"p90",11}{"p99",11}{"p99.9",11}{"max",11}";
        for (int i = 0; i < recorder.Steps.Length; i++)
        {
            StepTotals totals = recorder.Totals[i];
            LatencySummary intended = totals.Intended.Summary();
            LatencySummary actual = totals.Actual.Summary();
            (double calls, double bytes) = outcome.RateOf(i);
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{recorder.Steps[i],-18}{actual.Count,12:N0}{calls,12:N1}{bytes / 1e6,9:0.00}{totals.Failed,9:N0}{Columns(intended)}");
            if (manifest.Plan.HasArrivals)
                yield return $"{"  actual start",-60}{Columns(actual)}";
            foreach ((string error, long count) in totals.Errors)
                yield return string.Create(CultureInfo.InvariantCulture, $"  {count:N0} failed: {error}");
        }

        yield return "";
        if (manifest.Plan.HasArrivals)
        {
            LatencySummary generator = recorder.GeneratorTotal.Summary();
            yield return $"Latencies are from the intended start. The generator was late by {Latency(generator.P50)} (p50), {Latency(generator.P99)} (p99), {Latency(generator.Max)} (max).";
            if (generator.P99 > LateGenerator)
                yield return "The generator itself was late: this machine is too busy for that rate, and the store may be faster than this.";
        }

        if (LateStart(manifest, outcome) is { } late)
            yield return late;
        foreach (string dropped in Dropped(recorder))
            yield return dropped;
        if (outcome.Unfinished > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"{outcome.Unfinished} iterations did not end, and were given up.");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{Requests(after.Requests)}; {after.Sent:N0} bytes sent, {after.Received:N0} received.");
        if (Events(outcome) is { } events)
            yield return events;
        yield return Looked(recorder, after);
        foreach ((AnomalyKind kind, long count) in recorder.Anomalies)
            yield return string.Create(CultureInfo.InvariantCulture, $"ANOMALY {LoadJson.Name(kind)}: {count:N0}");
        foreach (Anomaly told in recorder.Told.Take(MostTold))
            yield return string.Create(CultureInfo.InvariantCulture, $"  at {told.At.TotalSeconds:0.000} s {told.What}");
        foreach (ThresholdResult result in thresholds)
            yield return outcome.HadLoad ? $"{(result.Holds ? "holds " : "BROKEN")} {result.Threshold.Text} (measured {Measured(result)})" : $"not judged, for there was no load: {result.Threshold.Text}";
        if (outcome.EndedEarly is { } reason)
            yield return $"Ended early: {reason}";
        if (outcome.Interrupted)
            yield return "Interrupted: these are the figures so far.";
        if (after.Leftovers is { } left && Left(left) is { } leftovers)
            yield return leftovers;
    }

    /// <summary>What the clean-up left, in a line; null for nothing.</summary>
    public static string? Left(ImmutableArray<string> leftovers) => leftovers.IsEmpty ? null : string.Create(CultureInfo.InvariantCulture, $"{leftovers.Length} objects are left, such as '{leftovers[0]}'.");

    /// <summary>The requests by their kinds.</summary>
    public static string Requests(RequestCounts requests) => string.Create(
        CultureInfo.InvariantCulture,
        $"{requests.Total:N0} requests: put {requests.Put:N0}, get {requests.Get:N0}, head {requests.Head:N0}, delete {requests.Delete:N0}, list {requests.List:N0}{(requests.Retried > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {requests.Retried:N0} of them repeated others that had failed") : "")}");

    /// <summary>Arrivals that nobody took, by why: too many waited, or the run was over before their turn came.</summary>
    public static IEnumerable<string> Dropped(Recorder recorder)
    {
        if (recorder.DroppedTotal - recorder.NotBegunTotal is var crowded and > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"{crowded:N0} arrivals were dropped: too many waited for a free worker.");
        if (recorder.NotBegunTotal > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"{recorder.NotBegunTotal:N0} arrivals still waited for a free worker when the run was over, and were not begun.");
    }

    /// <summary>What was looked at, and whether it was as it was written.</summary>
    public static string Looked(Recorder recorder, LoadAftermath after)
    {
        if (after.Unverified is null && recorder.Anomalies.IsEmpty && recorder.Totals.All(static step => step.Actual.Count == 0))
            return "No call succeeded: nothing was measured, and there is nothing to look at.";
        string? part = recorder.ReadBack is { } back && back.Read < back.Written ? string.Create(CultureInfo.InvariantCulture, $"{back.Read:N0} of {back.Written:N0} contents were read back") : null;
        return (recorder.Anomalies.IsEmpty, after.Unverified, part) switch
        {
            (true, null, null) => "No anomaly: all contents were as they were written.",
            (true, null, _) => $"No anomaly: {part}, and were as they were written.",
            (true, { } reason, null) => $"No anomaly was seen, but not all could be looked at: {reason}",
            (true, { } reason, _) => $"No anomaly was seen, but not all could be looked at, {part}: {reason}",
            (false, null, null) => "All contents were looked at, and not all were as they were written.",
            (false, null, _) => $"Not all contents were as they were written, and only {part}.",
            (false, { } reason, _) => $"Not all contents were as they were written, and not all could be looked at{(part is null ? "" : ", " + part)}: {reason}",
        };
    }

    /// <summary>How it went, in a few words: whether the thresholds held, or that there was no load that could break them, or only a part of it.</summary>
    public static string Verdict(LoadOutcome outcome, ImmutableArray<ThresholdResult> thresholds) =>
        outcome.Fault is not null ? "The load failed by itself" : !outcome.HadLoad ? "There was no load" : !outcome.HadSuccess ? "No call succeeded" : thresholds.All(static result => result.Holds) ? "All thresholds held" : "A threshold broke";

    /// <summary>What the engine did in the measured part, and the most that its gauges showed, in a line; null for nothing.</summary>
    public static string? Events(LoadOutcome outcome)
    {
        string counts = string.Join(", ", outcome.Events.Select(static pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key} {pair.Value:N0}")));
        string most = string.Join(", ", outcome.Rows.Where(static row => row.At >= TimeSpan.Zero).SelectMany(static row => row.Gauges).GroupBy(static gauge => gauge.Key, StringComparer.Ordinal)
            .OrderBy(static gauge => gauge.Key, StringComparer.Ordinal).Select(static gauge => string.Create(CultureInfo.InvariantCulture, $"{gauge.Key} {gauge.Max(static shown => shown.Value):#,##0.##}")));
        return (counts.Length, most.Length) switch
        {
            (0, 0) => null,
            (_, 0) => $"The engine: {counts}.",
            (0, _) => $"The engine, at most: {most}.",
            _ => $"The engine: {counts}; at most: {most}.",
        };
    }

    /// <summary>How much later than planned the load began; null when it did not, or was not planned.</summary>
    public static string? LateStart(LoadManifest manifest, LoadOutcome outcome) =>
        manifest.StartAt is { } planned && outcome.HadLoad && outcome.Started - manifest.Plan.WarmUp - planned is var late && late > s_lateStart
            ? $"The load began {Latency(late)} after the planned start, since the preparation took longer: begin it earlier, or plan a later start."
            : null;

    /// <summary>The rows that contents were made of.</summary>
    public static string Feed(FeedSource feed) => string.Create(CultureInfo.InvariantCulture, $"{feed.Rows.Length:N0} rows of {feed.Name}, {feed.Order.ToString().ToLowerInvariant()}");

    /// <summary>A latency in the unit that suits it.</summary>
    public static string Latency(TimeSpan latency) => latency.TotalMilliseconds switch
    {
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{latency.TotalMicroseconds:0.#} µs"),
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{latency.TotalMilliseconds:0.##} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{latency.TotalSeconds:0.##} s"),
    };

    /// <summary>What was measured for a threshold, in its unit.</summary>
    public static string Measured(ThresholdResult result) => result.Measured is not { } measured ? "nothing: no call succeeded" : result.Threshold.Metric switch
    {
        ThresholdMetric.Percentile or ThresholdMetric.Mean or ThresholdMetric.Max or ThresholdMetric.Lateness => Latency(TimeSpan.FromSeconds(measured)),
        ThresholdMetric.ErrorShare => string.Create(CultureInfo.InvariantCulture, $"{measured * 100:0.###}%"),
        ThresholdMetric.Rate or ThresholdMetric.ByteRate => string.Create(CultureInfo.InvariantCulture, $"{measured:N1}/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{measured:N0}"),
    };

    private static string Columns(LatencySummary latencies) =>
        $"{Latency(latencies.P50),11}{Latency(latencies.P90),11}{Latency(latencies.P99),11}{Latency(latencies.P999),11}{Latency(latencies.Max),11}";
}
