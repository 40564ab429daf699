namespace FireproofBench.Engine.Sync;

/// <summary>Wakes one loop. Several calls before it looks are one.</summary>
internal sealed class Signal
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<bool>? _waiter;
    private bool _isRaised;

    /// <summary>Wakes the loop, now or when it waits next.</summary>
    public void Raise()
    {
        lock (_gate)
            _isRaised |= _waiter?.TrySetResult(true) != true;
    }

    /// <summary>Waits until it is raised, or for a time.</summary>
    /// <returns>Whether it was raised since the last wait.</returns>
    public async ValueTask<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation)
    {
        var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isRaised)
            {
                _isRaised = false;
                return true;
            }

            _waiter = waiter;
        }

        await using ITimer timer = time.CreateTimer(static state => ((TaskCompletionSource<bool>)state!).TrySetResult(false), waiter, longest, Timeout.InfiniteTimeSpan);
        await using CancellationTokenRegistration end = cancellation.Register(() => waiter.TrySetCanceled(cancellation));
        try
        {
            return await waiter.Task;
        }
        finally
        {
            lock (_gate)
                _waiter = null;
        }
    }
}
