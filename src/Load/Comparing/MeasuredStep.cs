using System.Collections.Immutable;

namespace FireproofBench.Load.Comparing;

/// <summary>The intervals of one step of one run, as its result folder has them.</summary>
/// <param name="Name">The step.</param>
/// <param name="Intervals">Its intervals; those without a successful call too, as long as there was load.</param>
internal sealed record MeasuredStep(string Name, ImmutableArray<MeasuredInterval> Intervals)
{
    /// <summary>Calls that failed, and those that were dropped or did not end.</summary>
    public long Lost { get; init; }

    /// <summary>Calls that succeeded.</summary>
    public long Succeeded => Intervals.Sum(static interval => interval.Counts.Sum(static count => count.Count));
}
