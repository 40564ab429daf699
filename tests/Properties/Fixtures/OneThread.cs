namespace FireproofBench.Properties.Fixtures;

/// <summary>One thread on which everything that a test begins goes on, in the order in which it became ready; when nothing is, its clock goes on to the next timer.</summary>
/// <remarks>So a test of many devices runs in the same order each time, and waits take no time. What is tested must not leave the context of its caller.</remarks>
/// <param name="time">The clock of all that runs.</param>
internal sealed class OneThread(SteppedTime time) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();
    private readonly Thread _thread = Thread.CurrentThread;
    private string? _stray;

    /// <summary>Runs until the end.</summary>
    /// <exception cref="InvalidOperationException">It waits for what never comes; or something came back from another thread.</exception>
    public void Run(Func<Task> main)
    {
        SynchronizationContext? outer = Current;
        SetSynchronizationContext(this);
        try
        {
            Task running = main();
            while (!running.IsCompleted)
            {
                if (Volatile.Read(ref _stray) is { } stray)
                    throw new InvalidOperationException($"Something came back from another thread, so nothing is in order any more:{Environment.NewLine}{stray}");
                if (_ready.TryDequeue(out (SendOrPostCallback Callback, object? State) next))
                    next.Callback(next.State);
                else if (!time.PassToNext())
                    throw new InvalidOperationException("Everything waits for something that never comes.");
            }

            running.GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Thread.CurrentThread == _thread)
            _ready.Enqueue((d, state));
        else
            _ = Interlocked.CompareExchange(ref _stray, Environment.StackTrace, null);
    }

    public override SynchronizationContext CreateCopy() => this;
}
