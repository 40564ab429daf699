namespace FireproofBench.Engine.Threading;

/// <summary>One holder at a time, in the order of asking. Waiters resume on their own context, never on a foreign thread.</summary>
internal sealed class AsyncLock
{
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _held;

    /// <summary>Waits for the lock to the end. The answer is complete at once when nobody holds it.</summary>
    /// <returns>Gives the lock back when disposed of; dispose of it once.</returns>
    public ValueTask<Holding> AcquireAsync() => AcquireCancellableAsync(CancellationToken.None);

    /// <summary>Waits for the lock. The answer is complete at once when nobody holds it.</summary>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>Gives the lock back when disposed of; dispose of it once.</returns>
    public ValueTask<Holding> AcquireCancellableAsync(CancellationToken cancellation)
    {
        TaskCompletionSource turn;
        lock (_waiting)
        {
            if (!_held)
            {
                _held = true;
                return ValueTask.FromResult(new Holding(this));
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
        }

        return WaitAsync(turn, cancellation);
    }

    private async ValueTask<Holding> WaitAsync(TaskCompletionSource turn, CancellationToken cancellation)
    {
        await using CancellationTokenRegistration end = cancellation.Register(() => turn.TrySetCanceled(cancellation));
        await turn.Task;
        return new Holding(this);
    }

    private void Release()
    {
        lock (_waiting)
        {
            // Whoever gave up waiting is passed over.
            while (_waiting.TryDequeue(out TaskCompletionSource? next))
            {
                if (next.TrySetResult())
                    return;
            }

            _held = false;
        }
    }

    /// <summary>The lock while it is held.</summary>
    internal readonly struct Holding(AsyncLock owner) : IDisposable
    {
        /// <summary>Gives the lock to the next waiter.</summary>
        public void Dispose() => owner.Release();
    }
}
