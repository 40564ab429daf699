using System.Collections.Immutable;

namespace FireproofBench.Load.Running;

/// <summary>What a run measured.</summary>
/// <param name="Started">When the measured part began.</param>
/// <param name="Measured">How long it was, until the last call ended or was given up.</param>
/// <param name="Loaded">How much of it had load: until the plan was over or had to end. What is under way then goes on for a while.</param>
/// <param name="Rows">Its intervals, those of the warm-up (below zero) first.</param>
/// <param name="Recorder">The totals.</param>
/// <param name="Unfinished">Iterations that were given up because they did not end.</param>
/// <param name="EndedEarly">Why it ended before its plan; null when it did not.</param>
/// <param name="Interrupted">Whether the user ended it.</param>
internal sealed record LoadOutcome(
    DateTimeOffset Started, TimeSpan Measured, TimeSpan Loaded, ImmutableArray<IntervalRow> Rows, Recorder Recorder, int Unfinished, string? EndedEarly, bool Interrupted)
{
    /// <summary>Whether there was any load in the measured part; none when it had to end in the preparation, or in the warm-up.</summary>
    public bool HadLoad { get; init; } = true;

    /// <summary>Whether a call succeeded: where none did, nothing was measured and nothing can be looked at.</summary>
    public bool HadSuccess => Recorder.Totals.Any(static step => step.Actual.Count > 0);

    /// <summary>What went wrong in the load itself and ended it; null for nothing. It is the reason of the early end too.</summary>
    public Exception? Fault { get; init; }

    /// <summary>How often each event of the engine came in the measured part, by its name. An interval belongs to where most of it lies.</summary>
    public ImmutableSortedDictionary<string, long> Events => Rows.Where(static row => row.At + (row.Length / 2) >= TimeSpan.Zero).SelectMany(static row => row.Events)
        .GroupBy(static counted => counted.Key, StringComparer.Ordinal).ToImmutableSortedDictionary(static name => name.Key, static name => name.Sum(static counted => counted.Value), StringComparer.Ordinal);

    /// <summary>Calls of a step that succeeded, and bytes of content that they moved, a second of load: what ends after it counts in no rate, or a store that is slow to end would seem slower or faster than it is.</summary>
    /// <param name="step">The index of the step.</param>
    public (double Calls, double Bytes) RateOf(int step)
    {
        double calls = 0;
        double bytes = 0;
        double seconds = 0;
        foreach (IntervalRow row in Rows)
        {
            // An interval belongs to where most of it lies.
            if (row.At < TimeSpan.Zero || row.At + (row.Length / 2) > Loaded)
                continue;
            calls += row.Steps[step].Actual.Count;
            bytes += row.Steps[step].Bytes;
            seconds += row.Length.TotalSeconds;
        }

        StepTotals totals = Recorder.Totals[step];
        double all = Math.Max(Measured.TotalSeconds, 1e-9);
        return seconds > 0 ? (calls / seconds, bytes / seconds) : (totals.Actual.Count / all, totals.Bytes / all);
    }
}
