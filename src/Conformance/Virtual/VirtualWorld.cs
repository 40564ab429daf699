namespace FireproofBench.Conformance.Virtual;

/// <summary>One thread and one clock: everything that runs in it runs in the same order each time, and waits take no time.</summary>
/// <remarks>
/// Tasks that are started on it stay on it, as long as nobody leaves it by <c>ConfigureAwait(false)</c>, a thread of its own or real input and output. The order is that in which
/// they become ready, so that the same seed gives the same run.
/// </remarks>
internal sealed class VirtualWorld : TaskScheduler
{
    private readonly Queue<Task> _ready = new();
    private Thread? _thread;
    private string? _stray;

    /// <summary>Its clock.</summary>
    public VirtualTime Time { get; } = new();

    /// <summary>Runs until the end.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="main">What is run. Its token is cancelled on the thread of the world.</param>
    /// <param name="interrupt">The wish to stop; may come from any thread.</param>
    /// <exception cref="InvalidOperationException">It waits for what never comes: nothing is ready, and no timer is set; or the world runs already.</exception>
    public T Run<T>(Func<CancellationToken, Task<T>> main, CancellationToken interrupt)
    {
        if (_thread is not null)
            throw new InvalidOperationException("The world runs already.");
        _thread = Thread.CurrentThread;
        SynchronizationContext? outer = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        using CancellationTokenSource stop = new();
        try
        {
            Task<T> running = Task.Factory.StartNew(() => main(stop.Token), CancellationToken.None, TaskCreationOptions.None, this).Unwrap();
            while (!running.IsCompleted)
            {
                if (Volatile.Read(ref _stray) is { } stray)
                    throw new InvalidOperationException($"Something in the virtual world came back from another thread, so nothing is in order any more:{Environment.NewLine}{stray}");
                if (interrupt.IsCancellationRequested && !stop.IsCancellationRequested)
                    stop.Cancel();
                if (Time.RingDue())
                    continue;
                if (_ready.TryDequeue(out Task? next))
                {
                    Time.Compute();
                    _ = TryExecuteTask(next);
                    continue;
                }

                if (!Time.Advance())
                    throw new InvalidOperationException("Everything in the virtual world waits for something that never comes.");
            }

            return running.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
            _thread = null;
        }
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        if (Thread.CurrentThread == _thread)
            _ready.Enqueue(task);
        else
            _ = Interlocked.CompareExchange(ref _stray, Environment.StackTrace, null);
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _ready];
}
