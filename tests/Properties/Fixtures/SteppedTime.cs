namespace FireproofBench.Properties.Fixtures;

/// <summary>A clock that stands still until a test lets time pass: only then timers that are due fire.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;
    private TimeSpan _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(GetTimestamp());

    public override long GetTimestamp()
    {
        lock (_lock)
            return _passed.Ticks;
    }

    /// <summary>Lets time pass.</summary>
    public void Pass(TimeSpan time)
    {
        Timer[] due;
        lock (_lock)
        {
            _passed += time;
            due = [.. _timers.Where(timer => timer.Due <= _passed)];
            foreach (Timer timer in due)
            {
                if (timer.Period > TimeSpan.Zero)
                    timer.Due = _passed + timer.Period;
                else
                    _ = _timers.Remove(timer);
            }
        }

        foreach (Timer timer in due)
            timer.Fire();
    }

    /// <summary>Waits until somebody waits for as long.</summary>
    public async Task WaitForTimerAsync(TimeSpan wait, CancellationToken cancellation)
    {
        while (!Holds(wait))
            await Task.Delay(10, cancellation);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this, callback, state);
        _ = timer.Change(dueTime, period);
        return timer;
    }

    private bool Holds(TimeSpan wait)
    {
        lock (_lock)
            return _timers.Exists(timer => timer.Due - _passed == wait);
    }

    private sealed class Timer(SteppedTime clock, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                _ = clock._timers.Remove(this);
                (Due, Period) = (clock._passed + dueTime, period);
                if (dueTime > TimeSpan.Zero)
                    clock._timers.Add(this);
            }

            if (dueTime == TimeSpan.Zero)
                Fire();
            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
                _ = clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
