using HdrHistogram;

namespace FireproofBench.Load.Recording;

/// <summary>A histogram of nanoseconds, to three digits, of up to an hour; what lies outside counts as the nearest that it holds. Not safe for several callers.</summary>
internal sealed class Latencies
{
    /// <summary>The longest that is told apart: one hour.</summary>
    public const long Longest = 3_600_000_000_000;

    private const long Shortest = 100;
    private const int Digits = 3;

    /// <summary>The counts.</summary>
    public LongHistogram Histogram { get; } = new(Shortest, Longest, Digits);

    /// <summary>How many there are.</summary>
    public long Count => Histogram.TotalCount;

    /// <summary>Adds one.</summary>
    public void Record(long nanoseconds) => Histogram.RecordValue(Math.Clamp(nanoseconds, 0, Longest));

    /// <summary>Adds some of the same length.</summary>
    public void Record(long nanoseconds, long count) => Histogram.RecordValueWithCount(Math.Clamp(nanoseconds, 0, Longest), count);

    /// <summary>Adds all of another, and empties it.</summary>
    public void Take(Latencies other)
    {
        if (other.Count == 0)
            return;
        Histogram.Add(other.Histogram);
        other.Histogram.Reset();
    }

    /// <summary>Adds all of another.</summary>
    public void Add(Latencies other)
    {
        if (other.Count > 0)
            Histogram.Add(other.Histogram);
    }

    /// <summary>The figures that people ask for.</summary>
    public LatencySummary Summary() => Count == 0 ? default : new LatencySummary(
        Count,
        LoadClock.Span((long)Mean()),
        At(50),
        At(90),
        At(99),
        At(99.9),
        At(100));

    /// <summary>The latency below which a share of them lies.</summary>
    /// <param name="percentile">0 to 100.</param>
    public TimeSpan At(double percentile) => Count == 0 ? TimeSpan.Zero : LoadClock.Span(Histogram.GetValueAtPercentile(percentile));

    private double Mean()
    {
        double sum = 0;
        foreach (HdrHistogram.Iteration.HistogramIterationValue value in Histogram.RecordedValues())
            sum += (double)Histogram.MedianEquivalentValue(value.ValueIteratedTo) * value.CountAtValueIteratedTo;
        return sum / Count;
    }
}
