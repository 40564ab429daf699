using System.Collections.Immutable;

namespace FireproofBench.Load.Judging;

/// <summary>Compares a run with its thresholds.</summary>
internal static class ThresholdCheck
{
    /// <summary>Each threshold with what was measured.</summary>
    public static ImmutableArray<ThresholdResult> Of(LoadOutcome outcome, ImmutableArray<Threshold> thresholds) =>
        [.. thresholds.Select(threshold => Judge(outcome, threshold))];

    private static ThresholdResult Judge(LoadOutcome outcome, Threshold threshold)
    {
        double? measured = Measure(outcome, threshold);
        return new ThresholdResult(threshold, measured, outcome.HadLoad && measured is { } figure && threshold.Holds(figure));
    }

    // Calls that failed have no latency: where none succeeded there is no figure, and zero would be the best of all.
    private static double? Measure(LoadOutcome outcome, Threshold threshold)
    {
        Recorder recorder = outcome.Recorder;
        StepTotals totals = new();
        (double Calls, double Bytes) rate = default;
        for (int i = 0; i < recorder.Steps.Length; i++)
        {
            if (threshold.Step is not null && threshold.Step != recorder.Steps[i])
                continue;
            totals.Add(recorder.Totals[i]);
            (double calls, double bytes) = outcome.RateOf(i);
            rate = (rate.Calls + calls, rate.Bytes + bytes);
        }

        LatencySummary latencies = (threshold.IsActual ? totals.Actual : totals.Intended).Summary();
        if (threshold.IsLatency && latencies.Count == 0)
            return null;
        return threshold.Metric switch
        {
            ThresholdMetric.Percentile => (threshold.IsActual ? totals.Actual : totals.Intended).At(threshold.Percentile).TotalSeconds,
            ThresholdMetric.Mean => latencies.Mean.TotalSeconds,
            ThresholdMetric.Max => latencies.Max.TotalSeconds,
            ThresholdMetric.Rate => rate.Calls,
            ThresholdMetric.Count => totals.Actual.Count,
            ThresholdMetric.ByteRate => rate.Bytes,
            ThresholdMetric.Errors => totals.Failed,
            ThresholdMetric.ErrorShare => totals.Failed == 0 ? 0 : (double)totals.Failed / (totals.Failed + totals.Actual.Count),
            ThresholdMetric.Anomalies => recorder.Anomalies.Values.Sum(),
            ThresholdMetric.Dropped => recorder.DroppedTotal,
            ThresholdMetric.Unfinished => outcome.Unfinished,
            _ => recorder.GeneratorTotal.At(99).TotalSeconds,
        };
    }
}
