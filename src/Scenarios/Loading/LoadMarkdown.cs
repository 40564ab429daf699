using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Simulations;

namespace FireproofBench.Scenarios.Loading;

/// <summary>A run as Markdown, for the summary of a build or a page of text.</summary>
internal static class LoadMarkdown
{
    /// <summary>Writes it.</summary>
    public static void Write(LoadManifest manifest, LoadOutcome outcome, LoadAftermath after, ImmutableArray<ThresholdResult> thresholds, TextWriter output)
    {
        Recorder recorder = outcome.Recorder;
        output.Write($"## {manifest.Scenario.Name} on {manifest.Provider}: {LoadText.Verdict(outcome, thresholds).ToLowerInvariant()}\n\n");
        output.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"`{manifest.Url}`, {LoadPlanText.Write(manifest.Plan.Simulations)}, {manifest.Workers} workers, {manifest.Settings.Size:N0} bytes each{(manifest.Feed is { } feed ? ", " + LoadText.Feed(feed) : "")}, seed {manifest.Seed}, {outcome.Started.UtcDateTime:yyyy-MM-dd HH:mm} UTC.\n\n"));
        output.Write("| step | latency from | calls | a second | failed | p50 | p90 | p99 | p99.9 | max |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (int i = 0; i < recorder.Steps.Length; i++)
        {
            StepTotals totals = recorder.Totals[i];
            string from = manifest.Plan.HasArrivals ? "intended start" : "start";
            output.Write(string.Create(CultureInfo.InvariantCulture, $"| {recorder.Steps[i]} | {from} | {totals.Actual.Count:N0} | {outcome.RateOf(i).Calls:N1} | {totals.Failed:N0} |{Cells(totals.Intended)}\n"));
            if (manifest.Plan.HasArrivals)
                output.Write($"| | actual start | | | |{Cells(totals.Actual)}\n");
        }

        output.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{after.Requests.Total:N0} requests, {after.Sent:N0} bytes sent, {after.Received:N0} received, {recorder.Anomalies.Values.Sum():N0} anomalies. {LoadText.Looked(recorder, after)}\n\n"));
        if (LoadText.Events(outcome) is { } events)
            output.Write($"{events}\n\n");
        output.Write("| threshold | measured | |\n|---|--:|---|\n");
        foreach (ThresholdResult result in thresholds)
            output.Write($"| `{result.Threshold.Text.Replace("|", "\\|", StringComparison.Ordinal)}` | {(outcome.HadLoad ? LoadText.Measured(result) : "–")} | {(!outcome.HadLoad ? "not judged" : result.Holds ? "holds" : "**broke**")} |\n");
        if (outcome.EndedEarly is { } reason)
            output.Write($"\nEnded early: {reason}.\n");
        if (outcome.Interrupted)
            output.Write("\nInterrupted: these are the figures so far.\n");
    }

    private static string Cells(Latencies latencies)
    {
        LatencySummary summary = latencies.Summary();
        return string.Concat(new[] { summary.P50, summary.P90, summary.P99, summary.P999, summary.Max }.Select(static latency => $" {LoadText.Latency(latency)} |"));
    }
}
