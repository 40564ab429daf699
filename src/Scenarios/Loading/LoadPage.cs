using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using FireproofBench.Load.Judging;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Results;
using FireproofBench.Load.Running;
using FireproofBench.Load.Simulations;
using FireproofBench.Scenarios.Providers;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.Loading;

/// <summary>A load run as one page that needs nothing beside itself.</summary>
internal static class LoadPage
{
    private const int MostTold = 20;

    /// <summary>The page in UTF-8.</summary>
    /// <param name="manifest">What the run was.</param>
    /// <param name="outcome">What it measured.</param>
    /// <param name="after">What it cost and left.</param>
    /// <param name="thresholds">Its thresholds with what was measured.</param>
    /// <param name="provider">What is known of the provider; null for nothing.</param>
    /// <param name="prices">The prices that count, the provider's or those that the user gave; null for none.</param>
    public static byte[] Of(LoadManifest manifest, LoadOutcome outcome, LoadAftermath after, ImmutableArray<ThresholdResult> thresholds, KnownProvider? provider, KnownPrices? prices)
    {
        HtmlText page = new();
        WriteHead(page, manifest, outcome, thresholds);
        page.Add($"<main id=\"main\">\n");
        WriteSteps(page, manifest, outcome);
        WriteTrouble(page, manifest, outcome, after);
        if (outcome.HadLoad)
            WriteCurves(page, manifest, outcome);
        WriteEngine(page, outcome);
        WriteCost(page, outcome, after, provider, prices);
        WriteRun(page, manifest, outcome);
        page.Add($"</main>\n<footer><p>Written by fireproofbench {manifest.Version}. The figures are in {LoadFolder.RunFile}, the intervals in {LoadFolder.SeriesFile}, the histograms in {LoadFolder.HistogramFile}.</p></footer>\n");
        return HtmlPage.Of($"Load: {manifest.Scenario.Name}", page, ChartJson.Of(LoadCharts.Of(manifest, outcome)));
    }

    private static void WriteCurves(HtmlText page, LoadManifest manifest, LoadOutcome outcome)
    {
        page.Add($"<section id=\"time\"><h2>Over time</h2>\n");
        if (LoadCharts.IntervalsOfPlace(manifest, outcome) is > 1 and var intervals)
            page.Add($"<p class=\"muted\">Each place of the curves over time stands for {intervals} intervals: all their calls over all their time, the highest p99 and max of them, and the median weighed by calls.</p>\n");
        Figure(page, LoadCharts.Throughput, "Successful calls a second");
        Figure(page, LoadCharts.Latency, "Latency from the intended start, in milliseconds, on a logarithmic axis");
        page.Add($"</section>\n<section id=\"by-percentile\"><h2>How long calls took</h2>\n");
        Figure(page, LoadCharts.Percentiles, "Latency in milliseconds; each nine of the percentile takes the same room");
        Figure(page, LoadCharts.Distribution, "Share of calls by latency from the intended start, ten bars for each factor of ten");
        page.Add($"</section>\n");
    }

    private static void WriteHead(HtmlText page, LoadManifest manifest, LoadOutcome outcome, ImmutableArray<ThresholdResult> thresholds)
    {
        string tone = !outcome.HadLoad || !outcome.HadSuccess || outcome.Fault is not null ? "none" : thresholds.All(static result => result.Holds) ? "safe" : "unsafe";
        page.Add($"<header class=\"verdict {tone}\">\n<p class=\"overline\">Load: {manifest.Scenario.Name}</p>\n");
        page.Add($"<h1><span class=\"mark\" aria-hidden=\"true\"></span>{LoadText.Verdict(outcome, thresholds)}</h1>\n<p class=\"store\"><code>{manifest.Url}</code></p>\n");
        page.Add($"<p class=\"lead\">{manifest.Scenario.Question}</p>\n");
        if (outcome.Interrupted)
            page.Add($"<p><strong>Interrupted:</strong> these are the figures so far.</p>\n");
        if (outcome.EndedEarly is { } reason)
            page.Add($"<p><strong>Ended early:</strong> {reason}.</p>\n");
        page.Add($"<ul class=\"counts\">");
        foreach (ThresholdResult result in outcome.HadLoad ? thresholds : [])
            page.Add($"<li><span class=\"dot {(result.Holds ? "passed" : "failed")}\" aria-hidden=\"true\"></span><code>{result.Threshold.Text}</code> {(result.Holds ? "holds" : "broke")}: {LoadText.Measured(result)}</li>");
        page.Add($"</ul>\n</header>\n");
    }

    private static void WriteSteps(HtmlText page, LoadManifest manifest, LoadOutcome outcome)
    {
        page.Add($"<section id=\"steps\"><h2>Steps</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Steps\"><table class=\"figures\"><thead><tr><th scope=\"col\">Step</th><th scope=\"col\">Latency from</th>");
        foreach (string head in new[] { "Calls", "Per second", "MB/s", "Failed", "p50", "p90", "p99", "p99.9", "Max" })
            page.Add($"<th scope=\"col\" class=\"n\">{head}</th>");
        page.Add($"</tr></thead><tbody>\n");
        for (int i = 0; i < outcome.Recorder.Steps.Length; i++)
        {
            StepTotals totals = outcome.Recorder.Totals[i];
            (double calls, double bytes) = outcome.RateOf(i);
            page.Add($"<tr><th scope=\"row\">{outcome.Recorder.Steps[i]}</th><td>{(manifest.Plan.HasArrivals ? "intended start" : "start")}</td><td class=\"n\">{totals.Actual.Count:N0}</td><td class=\"n\">{calls:N1}</td>");
            page.Add($"<td class=\"n\">{bytes / 1e6:N2}</td><td class=\"n\">{totals.Failed:N0}</td>");
            WriteLatencies(page, totals.Intended.Summary());
            page.Add($"</tr>\n");
            if (manifest.Plan.HasArrivals)
            {
                page.Add($"<tr><td></td><td>actual start</td><td></td><td></td><td></td><td></td>");
                WriteLatencies(page, totals.Actual.Summary());
                page.Add($"</tr>\n");
            }
        }

        page.Add($"</tbody></table></div>\n");
        if (manifest.Plan.HasArrivals)
        {
            LatencySummary generator = outcome.Recorder.GeneratorTotal.Summary();
            page.Add($"<p>The generator itself was late by {LoadText.Latency(generator.P50)} (p50), {LoadText.Latency(generator.P99)} (p99), {LoadText.Latency(generator.Max)} (max)");
            page.Add($"{(generator.P99 > LoadText.LateGenerator ? ": this machine was too busy for that rate, and the store may be faster than this." : ", so these are the store's latencies.")}</p>\n");
        }

        page.Add($"</section>\n");
    }

    private static void WriteLatencies(HtmlText page, LatencySummary latencies)
    {
        foreach (TimeSpan latency in new[] { latencies.P50, latencies.P90, latencies.P99, latencies.P999, latencies.Max })
            page.Add($"<td class=\"n\">{LoadText.Latency(latency)}</td>");
    }

    private static void WriteTrouble(HtmlText page, LoadManifest manifest, LoadOutcome outcome, LoadAftermath after)
    {
        Recorder recorder = outcome.Recorder;
        page.Add($"<section id=\"anomalies\"><h2>Anomalies and failures</h2>\n");
        page.Add($"<p>{LoadText.Looked(recorder, after)}</p>\n");
        if (!recorder.Anomalies.IsEmpty)
        {
            page.Add($"<ul>");
            foreach ((AnomalyKind kind, long count) in recorder.Anomalies)
                page.Add($"<li><strong>{LoadJson.Name(kind)}</strong>: {count:N0}</li>");
            page.Add($"</ul>\n<ol>");
            foreach (Anomaly told in recorder.Told.Take(MostTold))
                page.Add($"<li>at {told.At.TotalSeconds:0.000} s: {told.What}</li>");
            page.Add($"</ol>\n");
        }

        if (LoadText.LateStart(manifest, outcome) is { } late)
            page.Add($"<p>{late}</p>\n");
        foreach (string dropped in LoadText.Dropped(recorder))
            page.Add($"<p>{dropped}</p>\n");
        if (outcome.Unfinished > 0)
            page.Add($"<p>{outcome.Unfinished} iterations did not end, and were given up.</p>\n");
        foreach ((string step, string error, long count) in Errors(recorder))
            page.Add($"<p>{count:N0} calls of {step} failed: {error}.</p>\n");
        if (after.Leftovers is not { } left)
            page.Add($"<p>What the run wrote was not cleaned up yet when this page was written.</p>\n");
        else if (!left.IsEmpty)
            page.Add($"<p>{left.Length} objects are left in the store, such as <code>{left[0]}</code>.</p>\n");
        Figure(page, LoadCharts.Trouble, "Failures, dropped arrivals and anomalies in each interval");
        page.Add($"</section>\n");
    }

    private static IEnumerable<(string Step, string Error, long Count)> Errors(Recorder recorder) =>
        recorder.Steps.SelectMany((step, i) => recorder.Totals[i].Errors.Select(error => (step, error.Key, error.Value)));

    private static void WriteEngine(HtmlText page, LoadOutcome outcome)
    {
        ImmutableArray<string> names = LoadCharts.Events(outcome);
        ImmutableArray<string> gauges = LoadCharts.Gauges(outcome);
        if (names.IsEmpty && gauges.IsEmpty)
            return;
        page.Add($"<section id=\"engine\"><h2>The engine meanwhile</h2>\n");
        WriteEvents(page, outcome);
        page.Add($"<div class=\"columns\">\n");
        for (int i = 0; i < names.Length; i++)
            Figure(page, LoadCharts.EventId(i), $"{Capital(names[i])}, in each interval");
        for (int i = 0; i < gauges.Length; i++)
            Figure(page, LoadCharts.GaugeId(i), Capital(gauges[i]));
        page.Add($"</div></section>\n");
    }

    private static void WriteEvents(HtmlText page, LoadOutcome outcome)
    {
        ImmutableArray<EngineEvent> told = outcome.Recorder.Events;
        if (LoadText.Events(outcome) is { } events)
            page.Add($"<p>{events}</p>\n");
        if (told.IsEmpty)
            return;
        page.Add($"<details><summary>{(told.Length < Recorder.MaxEvents ? "" : "The first ")}{told.Length:N0} events one by one{(told.Length < Recorder.MaxEvents ? ", each a mark in the charts over time" : "")}</summary>\n<ol>");
        foreach (EngineEvent happened in told)
            page.Add($"<li>at {happened.At.TotalSeconds:0.000} s: {happened.Name}{(happened.Duration > TimeSpan.Zero ? ", " + LoadText.Latency(happened.Duration) : "")}</li>");
        page.Add($"</ol></details>\n");
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static void WriteCost(HtmlText page, LoadOutcome outcome, LoadAftermath after, KnownProvider? provider, KnownPrices? prices)
    {
        StepTotals first = outcome.Recorder.Totals[0];
        long transactions = outcome.Recorder.Totals.Max(static totals => totals.Actual.Count);
        page.Add($"<section id=\"cost\"><h2>What it cost</h2>\n<dl class=\"facts\">");
        Fact(page, "Requests, preparation and final check included", LoadText.Requests(after.Requests));
        if (transactions > 0)
        {
            Fact(page, $"Requests for each {outcome.Recorder.Steps[0]}", string.Create(CultureInfo.InvariantCulture, $"{(double)after.Requests.Total / transactions:N2}"));
            if (first.Bytes > 0)
            {
                Fact(page, "Bytes sent for each byte of content", string.Create(CultureInfo.InvariantCulture, $"{(double)after.Sent / first.Bytes:N2}"));
                Fact(page, "Bytes received for each byte of content", string.Create(CultureInfo.InvariantCulture, $"{(double)after.Received / first.Bytes:N2}"));
            }

            double? cost = LoadCost.PerMillion(after, transactions, prices);
            Fact(page, $"A million of {outcome.Recorder.Steps[0]}, storage not counted", cost is { } dollars
                ? string.Create(CultureInfo.InvariantCulture, $"{dollars:N2} USD at {(provider is not null && ReferenceEquals(prices, provider.Prices) ? $"the prices of {provider.Name} ({prices!.AsOf})" : $"the prices that were given ({prices!.Source})")}")
                : "no price known");
        }

        page.Add($"</dl></section>\n");
    }

    private static void WriteRun(HtmlText page, LoadManifest manifest, LoadOutcome outcome)
    {
        page.Add($"<section id=\"run\"><h2>The run</h2>\n<dl class=\"facts\">");
        Fact(page, "Begun", outcome.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));
        if (manifest.StartAt is { } planned)
        {
            Fact(page, "Planned start", planned.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture));
            Fact(page, "Load began", (outcome.Started - manifest.Plan.WarmUp).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture));
        }

        Fact(page, "Measured", string.Create(CultureInfo.InvariantCulture, $"{outcome.Measured.TotalSeconds:0.0} s, after {manifest.Plan.WarmUp.TotalSeconds:0.#} s of warm-up"));
        Fact(page, "Load", LoadPlanText.Write(manifest.Plan.Simulations) + (manifest.Plan.HasArrivals ? $"; arrivals {manifest.Plan.Arrivals.ToString().ToLowerInvariant()}" : ""));
        Fact(page, "Workers", string.Create(CultureInfo.InvariantCulture, $"{manifest.Workers}"));
        Fact(page, "Contents", string.Create(
            CultureInfo.InvariantCulture, $"{manifest.Settings.Size:N0} bytes each, {manifest.Settings.Items:N0} objects or documents{(manifest.Settings.IsShared ? ", shared by all" : "")}"));
        if (manifest.Feed is { } feed)
            Fact(page, "Data", LoadText.Feed(feed));
        Fact(page, "Seed", string.Create(CultureInfo.InvariantCulture, $"{manifest.Seed}"));
        Fact(page, "Provider", manifest.Provider);
        Fact(page, "Machine of the generator", $"{RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}");
        page.Add($"</dl></section>\n");
    }

    private static void Fact(HtmlText page, string name, string value) => page.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>");

    private static void Figure(HtmlText page, string id, string caption) =>
        page.Add($"<figure class=\"chart\" hidden><figcaption>{caption}</figcaption><div id=\"{id}\"></div></figure>\n");
}
