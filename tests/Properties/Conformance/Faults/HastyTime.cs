namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>The time of the system, so many times as fast.</summary>
internal sealed class HastyTime(int factor) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow();

    public override long TimestampFrequency => System.TimestampFrequency / factor;

    public override long GetTimestamp() => System.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shorter(dueTime), Shorter(period));

    private TimeSpan Shorter(TimeSpan time) => time > TimeSpan.Zero ? time / factor : time;
}
