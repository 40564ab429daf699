namespace FireproofBench.Load.Pacing;

/// <summary>The time of a run in nanoseconds, from an origin of its own.</summary>
/// <param name="time">Where it comes from.</param>
internal sealed class LoadClock(TimeProvider time)
{
    private const long Second = 1_000_000_000;
    private readonly long _origin = time.GetTimestamp();
    private readonly double _nanoseconds = (double)Second / time.TimestampFrequency;
    private readonly bool _isExact = time.TimestampFrequency == Second;

    /// <summary>When it was made.</summary>
    public DateTimeOffset Started { get; } = time.GetUtcNow();

    /// <summary>For timers.</summary>
    public TimeProvider Time => time;

    /// <summary>Now.</summary>
    public long Now
    {
        get
        {
            long elapsed = time.GetTimestamp() - _origin;
            return _isExact ? elapsed : (long)(elapsed * _nanoseconds);
        }
    }

    /// <summary>A span as nanoseconds.</summary>
    public static long Of(TimeSpan span) => span.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>Nanoseconds as a span.</summary>
    public static TimeSpan Span(long nanoseconds) => new(nanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>The timestamp of the underlying time at which this clock shows that many nanoseconds.</summary>
    public long TimestampOf(long nanoseconds) => _origin + (_isExact ? nanoseconds : (long)(nanoseconds / _nanoseconds));
}
