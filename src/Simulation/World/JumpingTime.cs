namespace FireproofBench.Simulation.World;

/// <summary>A clock that can be set while it runs. Timers and elapsed times are not touched, as on a machine whose clock is set.</summary>
/// <param name="time">The clock below.</param>
/// <param name="shift">What it is off by at first.</param>
internal sealed class JumpingTime(TimeProvider time, TimeSpan shift) : TimeProvider
{
    private long _shift = shift.Ticks;

    /// <summary>What it is off by.</summary>
    public TimeSpan Shift
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _shift));
        set => Interlocked.Exchange(ref _shift, value.Ticks);
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => time.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Shift;

    /// <inheritdoc/>
    public override long GetTimestamp() => time.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}
