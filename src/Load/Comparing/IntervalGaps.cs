using System.Collections.Immutable;

namespace FireproofBench.Load.Comparing;

/// <summary>Puts back what a log of histograms leaves out: intervals in which no call ended. A stall is such an interval, and without it the rate would be that of the rest.</summary>
internal static class IntervalGaps
{
    /// <summary>The intervals of a step with the empty ones between them, before them and after them, as long as there was load.</summary>
    /// <param name="known">The intervals with calls, by the time from the start of the measured part at which each began, in that order. The last one of the warm-up, below zero, is among them where calls of the measured part ended in it.</param>
    /// <param name="usual">How long an interval is as a rule, above zero.</param>
    /// <param name="loaded">How long there was load. An interval belongs to where most of it lies.</param>
    public static ImmutableArray<MeasuredInterval> Fill(IEnumerable<(TimeSpan At, MeasuredInterval Interval)> known, TimeSpan usual, TimeSpan loaded)
    {
        ImmutableArray<MeasuredInterval>.Builder all = ImmutableArray.CreateBuilder<MeasuredInterval>();
        TimeSpan end = TimeSpan.Zero;
        foreach ((TimeSpan at, MeasuredInterval interval) in known)
        {
            FillUntil(at < loaded ? at : loaded);
            TimeSpan middle = at + (interval.Length / 2);
            all.Add(interval with { HasLoad = middle >= TimeSpan.Zero && middle <= loaded });
            end = end > at + interval.Length ? end : at + interval.Length;
        }

        FillUntil(loaded);
        return all.ToImmutable();

        // Lengths vary by what the collector was late: so many as fit best.
        void FillUntil(TimeSpan next)
        {
            for (long count = (long)Math.Round((next - end) / usual); count > 0; count--)
                all.Add(new MeasuredInterval(usual, []));
        }
    }
}
