namespace FireproofBench.Endpoint.Push;

/// <summary>Wakes all waiters, on as many threads as come to help: each takes a few at a time, until none is left.</summary>
/// <remarks>A waiter takes as long as a call of the system, so whoever is last of a thousand waits for all others on its thread. No thread waits for a helper.</remarks>
internal sealed class Waking(Signal[] waiters) : IThreadPoolWorkItem
{
    private const int Batch = 32;
    private const int WorthHelp = 4 * Batch;
    private int _next;

    /// <summary>Wakes them. All were woken, or are being woken by a helper, when it returns.</summary>
    public void Run()
    {
        int helpers = Math.Min(Environment.ProcessorCount - 1, waiters.Length / WorthHelp);
        for (int i = 0; i < helpers; i++)
            _ = ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        Execute();
    }

    /// <inheritdoc/>
    public void Execute()
    {
        for (int start; (start = Interlocked.Add(ref _next, Batch) - Batch) < waiters.Length;)
        {
            foreach (Signal waiter in waiters.AsSpan(start, Math.Min(Batch, waiters.Length - start)))
                waiter.Set();
        }
    }
}
