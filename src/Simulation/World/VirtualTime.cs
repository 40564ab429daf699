namespace FireproofBench.Simulation.World;

/// <summary>A clock that goes on by a microsecond with each step of its world, and to the next timer at once when nothing else is to be done.</summary>
/// <remarks>Timers that are due at the same moment ring in the order in which they were set. Used from the thread of its world only.</remarks>
internal sealed class VirtualTime : TimeProvider
{
    private const long StepTicks = TimeSpan.TicksPerMicrosecond;
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private long _now;
    private long _order;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The time since the beginning.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(_now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => s_start + Elapsed;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        VirtualTimer timer = new(this, callback, state);
        _ = timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Goes on by what a step of computing takes, so that whoever waits by asking again and again gets there.</summary>
    public void Compute() => _now += StepTicks;

    /// <summary>Lets the next timer ring, if it is due.</summary>
    public bool RingDue() => Ring(_now);

    /// <summary>Goes on to the next timer and lets it ring.</summary>
    /// <returns>False when there is none.</returns>
    public bool Advance() => Ring(long.MaxValue);

    private bool Ring(long until)
    {
        while (_timers.TryPeek(out VirtualTimer? timer, out (long Due, long Order) at) && at.Due <= until)
        {
            _ = _timers.Dequeue();
            if (timer.Order != at.Order)
                continue;
            _now = Math.Max(_now, at.Due);
            timer.Ring();
            return true;
        }

        return false;
    }

    private long Set(VirtualTimer timer, TimeSpan due)
    {
        long order = ++_order;
        _timers.Enqueue(timer, (_now + due.Ticks, order));
        return order;
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private bool _isDisposed;

        /// <summary>Which setting of it is good; 0 for none.</summary>
        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed)
                return false;
            _period = period;
            Order = dueTime == Timeout.InfiniteTimeSpan ? 0 : time.Set(this, dueTime);
            return true;
        }

        public void Ring()
        {
            Order = _period > TimeSpan.Zero ? time.Set(this, _period) : 0;
            callback(state);
        }

        public void Dispose()
        {
            _isDisposed = true;
            Order = 0;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
