namespace FireproofBench.Conformance.Timing;

/// <summary>The system's time, whose timers run only while somebody skips some of it: on a busy machine no deadline passes, and for one that should nobody has to wait.</summary>
internal sealed class SkippedTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private TimeSpan _skipped;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timer timer = new(this, () => callback(state));
        _ = timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets that much time be over for all timers.</summary>
    public void Skip(TimeSpan time)
    {
        Timer[] due;
        lock (_lock)
        {
            _skipped += time;
            due = [.. _timers.Where(t => t.Due <= _skipped)];
            _timers.RemoveAll(due.Contains);
        }

        foreach (Timer timer in due)
            timer.Ring();
    }

    private sealed class Timer(SkippedTime owner, Action ring) : ITimer
    {
        public TimeSpan Due { get; private set; }

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._lock)
            {
                _ = owner._timers.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = owner._skipped + dueTime;
                    owner._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (owner._lock)
                _ = owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
