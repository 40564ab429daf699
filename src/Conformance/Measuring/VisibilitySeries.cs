using System.Collections.Immutable;

namespace FireproofBench.Conformance.Measuring;

/// <summary>For how long some observers did not see what had been acknowledged. Zero means that their first look saw it: how long a call takes does not count.</summary>
/// <param name="Effect">What was waited for.</param>
/// <param name="Observer">By whom.</param>
/// <param name="Samples">How often.</param>
/// <param name="Median">Half of the samples were at most this.</param>
/// <param name="P99">99 of 100 were.</param>
/// <param name="Max">All were, but for those that were given up.</param>
/// <param name="Unseen">How many of them were given up, after <paramref name="Max"/> at the latest.</param>
internal sealed record VisibilitySeries(
    VisibilityEffect Effect, ObserverKind Observer, int Samples, TimeSpan Median, TimeSpan P99, TimeSpan Max, int Unseen)
{
    /// <summary>The staleness that this many percent of the samples were at most, from 0 to 100; empty for a series that was read from elsewhere.</summary>
    public ImmutableArray<TimeSpan> Percentiles { get; init; } = [];

    /// <summary>The series of some samples, of which there is at least one.</summary>
    public static VisibilitySeries Of(VisibilityEffect effect, ObserverKind observer, ImmutableArray<TimeSpan> samples, int unseen)
    {
        ImmutableArray<TimeSpan> sorted = samples.Sort();
        TimeSpan At(double share) => sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)];
        return new VisibilitySeries(effect, observer, sorted.Length, At(0.5), At(0.99), sorted[^1], unseen)
        {
            Percentiles = [.. Enumerable.Range(0, 101).Select(p => At(p / 100.0))],
        };
    }
}
