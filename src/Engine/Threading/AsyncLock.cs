namespace FireproofBench.Engine.Threading;

/// <summary>One holder at a time, in the order of asking. Waiters resume on their own context, never on a foreign thread.</summary>
internal sealed class AsyncLock
{
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _held;

    /// <summary>Waits for the lock. The answer is complete at once when nobody holds it.</summary>
    /// <returns>Gives the lock back when disposed of; dispose of it once.</returns>
    public ValueTask<Holding> AcquireAsync()
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

        return WaitAsync(turn);
    }

    private async ValueTask<Holding> WaitAsync(TaskCompletionSource turn)
    {
        await turn.Task;
        return new Holding(this);
    }

    private void Release()
    {
        TaskCompletionSource? next;
        lock (_waiting)
        {
            _held = _waiting.TryDequeue(out next);
        }

        next?.SetResult();
    }

    /// <summary>The lock while it is held.</summary>
    internal readonly struct Holding(AsyncLock owner) : IDisposable
    {
        /// <summary>Gives the lock to the next waiter.</summary>
        public void Dispose() => owner.Release();
    }
}
