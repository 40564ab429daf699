using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FireproofBench.Load.Comparing;

namespace FireproofBench.Scenarios.Loading;

/// <summary>Tells how two sides compare.</summary>
internal static class RunComparisonText
{
    // With fewer on a side nothing tells the machine's moods from the store's.
    private const int FewRuns = 3;

    /// <summary>In lines.</summary>
    /// <param name="metrics">The metrics.</param>
    /// <param name="runs">How many runs each side has.</param>
    public static IEnumerable<string> Lines(ImmutableArray<MetricComparison> metrics, (int Before, int After) runs)
    {
        yield return $"{"metric",-26}{"base",12}{"new",12}{"change",10}  {"interval",-24}verdict";
        foreach (MetricComparison metric in metrics)
        {
            string interval = metric.IsShare ? $"{Points(metric.Low)} to {Points(metric.High)}" : $"{Change(metric.Low)} to {Change(metric.High)}";
            yield return $"{metric.Metric,-26}{Figure(metric, metric.Before),12}{Figure(metric, metric.After),12}{(metric.IsShare ? Points(metric.Difference) : Change(metric.Ratio)),10}  {interval,-24}{Word(metric)}";
        }

        yield return "";
        yield return string.Create(CultureInfo.InvariantCulture, $"{runs.Before} runs against {runs.After}; intervals are of 99 % of resampled runs.");
        if (metrics.Any(static metric => IsSlow(metric.Metric)))
            yield return "Slow are calls that took longer than 98 of 100 in a usual run of either side, as a share of those in the quieter three quarters of each run; runs are compared by their ranks, with an interval of 93 %.";
        if (metrics.Any(static metric => metric.IsShare && !IsSlow(metric.Metric)))
            yield return "Errors are calls that failed, were dropped or did not end, as a share of all; their change is in percentage points (pp).";
        if (Math.Min(runs.Before, runs.After) < FewRuns)
            yield return "With so few runs on a side a mood of the machine looks like a change: 'fireproofbench load SCENARIO URL --against URL --pairs 6' takes turns.";
        int worse = metrics.Count(static metric => metric.Verdict == ComparisonVerdict.Worse);
        yield return worse == 0 ? "No regression." : string.Create(CultureInfo.InvariantCulture, $"REGRESSION in {worse} of {metrics.Length} metrics.");
    }

    /// <summary>As JSON, <c>"schema":"fireproofbench/load-comparison/1"</c>; latencies are milliseconds, errors and slow calls are shares from 0 to 1 with their difference in place of a ratio.</summary>
    public static void Write(ImmutableArray<MetricComparison> metrics, (int Before, int After) runs, Stream stream)
    {
        using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("schema", "fireproofbench/load-comparison/1");
        json.WriteNumber("baseRuns", runs.Before);
        json.WriteNumber("newRuns", runs.After);
        json.WriteBoolean("regression", metrics.Any(static metric => metric.Verdict == ComparisonVerdict.Worse));
        json.WriteStartArray("metrics");
        foreach (MetricComparison metric in metrics)
        {
            double unit = metric.IsShare || IsRate(metric.Metric) ? 1 : 1000;
            json.WriteStartObject();
            json.WriteString("metric", metric.Metric);
            json.WriteNumber("base", Math.Round(metric.Before * unit, 6));
            json.WriteNumber("new", Math.Round(metric.After * unit, 6));
            json.WriteNumber(metric.IsShare ? "difference" : "ratio", Math.Round(metric.IsShare ? metric.Difference : metric.Ratio, 6));
            json.WriteNumber("low", Math.Round(metric.Low, 6));
            json.WriteNumber("high", Math.Round(metric.High, 6));
            json.WriteNumber("tolerance", metric.Tolerance);
            json.WriteString("verdict", Word(metric));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Word(MetricComparison metric) => metric.Verdict.ToString().ToLowerInvariant();

    private static bool IsSlow(string metric) => metric.StartsWith("slow", StringComparison.Ordinal);

    private static bool IsRate(string metric) => metric.StartsWith("rate", StringComparison.Ordinal);

    private static string Figure(MetricComparison metric, double figure) =>
        metric.IsShare ? string.Create(CultureInfo.InvariantCulture, $"{figure * 100:0.###} %")
        : IsRate(metric.Metric) ? string.Create(CultureInfo.InvariantCulture, $"{figure:N1}/s")
        : LoadText.Latency(TimeSpan.FromSeconds(figure));

    private static string Points(double difference) => string.Create(CultureInfo.InvariantCulture, $"{difference * 100:+0.00;-0.00;+0.00} pp");

    private static string Change(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{(ratio - 1) * 100:+0.0;-0.0} %");
}
