using System.Collections.Immutable;
using System.Globalization;
using FireproofBench.Load.Results;
using FireproofBench.Load.Trends;
using FireproofBench.Scenarios.Reporting;

namespace FireproofBench.Scenarios.Loading;

/// <summary>Load runs over time as one page: a curve for each figure, and a mark where its level changed.</summary>
internal static class TrendPage
{
    private const int MostRows = 100;

    /// <summary>The page in UTF-8.</summary>
    /// <param name="all">The series.</param>
    /// <param name="linkOf">Where a run can be read, as a path relative to the page.</param>
    public static byte[] Of(ImmutableArray<TrendSeries> all, Func<RunSummary, string> linkOf)
    {
        HtmlText page = new();
        RunKindNames names = new(all.Select(static series => series.Kind));
        WriteHead(page, all, names);
        page.Add($"<main id=\"main\">\n");
        List<Chart> charts = [];
        for (int i = 0; i < all.Length; i++)
            WriteSeries(page, all[i], names, i, linkOf, charts);
        page.Add($"</main>\n<footer><p>Written by fireproofbench from the load runs in this folder. A level changed where the runs on both sides differ by more than 5 % (15 % from the 99th percentile on), few of all permutations of the nights can be parted as well, and that for all figures here together. Runs within an hour are one night. What was interrupted, ended early or had no load is left out.</p></footer>\n");
        return HtmlPage.Of("Load over time", page, ChartJson.Of(charts));
    }

    private static void WriteHead(HtmlText page, ImmutableArray<TrendSeries> all, RunKindNames names)
    {
        (TrendSeries Series, TrendMetric Metric, TrendChange Change)[] changes =
            [.. all.SelectMany(static series => series.Changes.Where(static found => found.Change.IsWorse).Select(found => (series, found.Metric, found.Change)))];
        (TrendSeries Series, TrendMetric Metric, TrendChange Change)[] worse = [.. changes.Where(static found => !found.Change.IsMended)];
        int figures = worse.Select(static found => (found.Series, found.Metric)).Distinct().Count();
        string headline = figures > 0 ? TrendText.Count(figures, "figure") + " became worse" : changes.Length > 0 ? "All that became worse is mended" : "No figure became worse";
        page.Add($"<header class=\"verdict {(worse.Length == 0 ? "safe" : "unsafe")}\">\n<p class=\"overline\">Load over time</p>\n");
        page.Add($"<h1><span class=\"mark\" aria-hidden=\"true\"></span>{headline}</h1>\n");
        page.Add($"<p class=\"lead\">{TrendText.Count(all.Sum(static series => series.Older + series.Runs.Length), "run")} of {TrendText.Count(all.Length, "kind")}, {TrendText.Day(all.SelectMany(static series => series.Runs).Min(static run => run.Started))} to {TrendText.Day(all.SelectMany(static series => series.Runs).Max(static run => run.Started))}.</p>\n");
        if (changes.Length > 0)
        {
            page.Add($"<ul class=\"counts\">");
            foreach ((TrendSeries series, TrendMetric metric, TrendChange change) in worse.Concat(changes.Where(static found => found.Change.IsMended)))
                page.Add($"<li><span class=\"dot {(change.IsMended ? "passed" : "failed")}\" aria-hidden=\"true\"></span>{names.TitleOf(series.Kind)}: {TrendText.Of(series, metric, change)}</li>");
            page.Add($"</ul>\n");
        }

        page.Add($"</header>\n");
    }

    private static void WriteSeries(HtmlText page, TrendSeries series, RunKindNames names, int number, Func<RunSummary, string> linkOf, List<Chart> charts)
    {
        page.Add($"<section id=\"series-{number}\"><h2>{series.Kind.Scenario} on {series.Kind.Provider}</h2>\n<p class=\"muted\"><code>{series.Kind.Url}</code>, {names.LoadOf(series.Kind)}{(series.Older == 0 ? "" : $"; the newest {series.Runs.Length:N0} of {series.Older + series.Runs.Length:N0} runs")}</p>\n");
        (TrendMetric Metric, TrendChange Change)[] changes = [.. series.Changes];
        if (changes.Length > 0)
        {
            page.Add($"<ul class=\"counts\">");
            foreach ((TrendMetric metric, TrendChange change) in changes)
                page.Add($"<li><span class=\"dot {(change.IsWorse && !change.IsMended ? "failed" : "passed")}\" aria-hidden=\"true\"></span>{TrendText.Of(series, metric, change)}</li>");
            page.Add($"</ul>\n");
        }

        page.Add($"<div class=\"columns\">\n");
        foreach (IGrouping<string, TrendMetric> unit in series.Metrics.GroupBy(static metric => TopicOf(metric)))
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"trend-{number}-{charts.Count}");
            page.Add($"<figure class=\"chart\" hidden><figcaption>{unit.Key} by run</figcaption><div id=\"{id}\"></div></figure>\n");
            charts.Add(new Chart(id, "run", "", unit.First().Unit, [.. Enumerable.Range(series.Older + 1, series.Runs.Length).Select(static run => (double)run)], [.. unit.Select(static metric => new ChartSeries(metric.Name, metric.Values))])
            {
                IsLogarithmic = unit.First().Unit == " ms",
                Marks = [.. unit.SelectMany(static metric => metric.Changes).Select(change => series.Older + change.Run + 1.0).Distinct()],
            });
        }

        page.Add($"</div>\n");
        WriteRuns(page, series, linkOf);
        page.Add($"</section>\n");
    }

    private static void WriteRuns(HtmlText page, TrendSeries series, Func<RunSummary, string> linkOf)
    {
        page.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Runs\"><table class=\"figures\"><thead><tr><th scope=\"col\" class=\"n\">Run</th><th scope=\"col\">Begun (UTC)</th><th scope=\"col\">Version</th>");
        foreach (TrendMetric metric in series.Metrics)
            page.Add($"<th scope=\"col\" class=\"n\">{metric.Name}</th>");
        page.Add($"<th scope=\"col\" class=\"n\">Failed</th><th scope=\"col\" class=\"n\">Anomalies</th></tr></thead><tbody>\n");
        for (int i = series.Runs.Length - 1; i >= Math.Max(0, series.Runs.Length - MostRows); i--)
        {
            RunSummary run = series.Runs[i];
            int number = i;
            page.Add($"<tr><td class=\"n\">{series.Older + i + 1}</td><th scope=\"row\"><a href=\"{linkOf(run)}\">{run.Started.UtcDateTime:yyyy-MM-dd HH:mm}</a></th><td>{TrendText.Short(run.Version)}</td>");
            foreach (TrendMetric metric in series.Metrics)
            {
                TrendChange? change = metric.Changes.FirstOrDefault(change => change.Run == number);
                page.Add($"<td class=\"n\">{(change is null ? "" : change.IsWorse ? "▲ " : "▽ ")}{TrendText.Figure(metric, metric.Values[i])}</td>");
            }

            page.Add($"<td class=\"n\">{run.Steps.Sum(static step => step.Failed):N0}</td><td class=\"n\">{run.Anomalies:N0}</td></tr>\n");
        }

        page.Add($"</tbody></table></div>\n<p class=\"muted\">▲ a worse level begins, ▽ a better one.</p>\n");
    }

    private static string TopicOf(TrendMetric metric) => metric.Unit switch
    {
        " ms" => "Latency from the intended start",
        "/s" => "Calls a second",
        " %" => "Calls that failed, were dropped or did not end",
        _ => metric.Name.StartsWith("bytes", StringComparison.Ordinal) ? "Bytes for each call" : "Requests for each call",
    };
}
