using System.Globalization;
using FireproofBench.Load.Recording;
using FireproofBench.Load.Running;

namespace FireproofBench.Scenarios.Loading;

/// <summary>The intervals of a run as a table that spreadsheets read (RFC 4180): a line an interval and step, latencies in milliseconds.</summary>
internal static class LoadCsv
{
    /// <summary>Writes the table.</summary>
    public static void Write(LoadOutcome outcome, TextWriter output)
    {
        string[] gauges = [.. LoadCharts.Gauges(outcome)];
        string[] events = [.. LoadCharts.Events(outcome)];
        output.Write("at_s,length_s,step,succeeded,failed,bytes,intended_p50_ms,intended_p90_ms,intended_p99_ms,intended_p999_ms,intended_max_ms,actual_p50_ms,actual_p99_ms,actual_max_ms,dropped,anomalies");
        foreach (string name in gauges.Concat(events))
            output.Write("," + name.Replace(' ', '_'));
        output.Write("\r\n");
        foreach (IntervalRow row in outcome.Rows)
        {
            foreach (StepRow step in row.Steps)
            {
                LatencySummary intended = step.Intended;
                LatencySummary actual = step.Actual;
                output.Write(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{row.At.TotalSeconds:0.###},{row.Length.TotalSeconds:0.###},{step.Step},{step.Succeeded},{step.Failed},{step.Bytes},{Of(intended.P50)},{Of(intended.P90)},{Of(intended.P99)},{Of(intended.P999)},{Of(intended.Max)},{Of(actual.P50)},{Of(actual.P99)},{Of(actual.Max)},{row.Dropped},{row.Anomalies.Values.Sum()}"));
                foreach (string gauge in gauges)
                    output.Write(string.Create(CultureInfo.InvariantCulture, $",{(row.Gauges.TryGetValue(gauge, out double value) ? value : null)}"));
                foreach (string name in events)
                    output.Write(string.Create(CultureInfo.InvariantCulture, $",{row.Events.GetValueOrDefault(name)}"));
                output.Write("\r\n");
            }
        }
    }

    private static string Of(TimeSpan latency) => latency.TotalMilliseconds.ToString("0.####", CultureInfo.InvariantCulture);
}
