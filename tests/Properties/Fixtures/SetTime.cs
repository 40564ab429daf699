namespace FireproofBench.Properties.Fixtures;

/// <summary>The system's clock, set wrong by any time, forward or back, while waits go on as they are.</summary>
internal sealed class SetTime : TimeProvider
{
    private long _shift;

    /// <summary>How far the clock is ahead.</summary>
    public TimeSpan Shift
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _shift));
        set => Interlocked.Exchange(ref _shift, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
