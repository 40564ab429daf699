using System.Collections.Immutable;

namespace FireproofBench.Load.Comparing;

/// <summary>The latencies of one interval: what was measured, and how often.</summary>
/// <param name="Length">How long it was.</param>
/// <param name="Counts">Nanoseconds, rising, with their counts.</param>
internal sealed record MeasuredInterval(TimeSpan Length, ImmutableArray<(long Nanoseconds, long Count)> Counts)
{
    /// <summary>Whether it is of the measured part that had load; what ends before or after that counts in no rate.</summary>
    public bool HasLoad { get; init; } = true;
}
