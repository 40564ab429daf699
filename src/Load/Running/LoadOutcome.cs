using System.Collections.Immutable;

namespace FireproofBench.Load.Running;

/// <summary>What a run measured.</summary>
/// <param name="Started">When the measured part began.</param>
/// <param name="Measured">How long it was.</param>
/// <param name="Rows">Its intervals, those of the warm-up (below zero) first.</param>
/// <param name="Recorder">The totals.</param>
/// <param name="Unfinished">Iterations that were given up because they did not end.</param>
/// <param name="EndedEarly">Why it ended before its plan; null when it did not.</param>
/// <param name="Interrupted">Whether the user ended it.</param>
internal sealed record LoadOutcome(
    DateTimeOffset Started, TimeSpan Measured, ImmutableArray<IntervalRow> Rows, Recorder Recorder, int Unfinished, string? EndedEarly, bool Interrupted);
