using System.Diagnostics.CodeAnalysis;

namespace FireproofBench.Simulation.World;

/// <summary>One thread and one clock: everything that runs in it runs in the same order each time, and waits take no time.</summary>
/// <remarks>
/// Tasks that are started on it, or on a <see cref="SimulatedProcess"/> of it, stay there, as long as nobody leaves it by <c>ConfigureAwait(false)</c>, a thread of its own or real
/// input and output. Without dice the order is that in which they become ready; with dice the next one is drawn from all that are ready, after all timers that are due at
/// that moment rang: so each seed is another interleaving, and the same one each time.
/// </remarks>
/// <param name="disorder">Draws the next task; null for the order in which they become ready.</param>
internal sealed class VirtualWorld(Dice? disorder = null) : TaskScheduler
{
    private readonly Queue<Ready> _inOrder = new();
    private readonly List<Ready> _drawn = [];
    private int _thread;
    private string? _stray;

    /// <summary>Its clock.</summary>
    public VirtualTime Time { get; } = new();

    /// <summary>How many steps were made: pieces of code between two waits.</summary>
    public long Steps { get; private set; }

    /// <summary>How many steps there may be, so that what turns in circles ends.</summary>
    public long MostSteps { get; init; } = long.MaxValue;

    /// <summary>Is told of each step; null when nobody watches.</summary>
    public Pulse? Pulse { get; init; }

    /// <summary>Runs until the end.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="main">What is run. Its token is cancelled on the thread of the world.</param>
    /// <param name="interrupt">The wish to stop; may come from any thread.</param>
    /// <exception cref="WorldStoppedException">It waits for what never comes: nothing is ready, and no timer is set; or there were more steps than there may be.</exception>
    /// <exception cref="InvalidOperationException">The world runs already; or something came back from another thread.</exception>
    public T Run<T>(Func<CancellationToken, Task<T>> main, CancellationToken interrupt)
    {
        if (_thread != 0)
            throw new InvalidOperationException("The world runs already.");
        _thread = Environment.CurrentManagedThreadId;
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
                if (TryTake(out Ready next))
                {
                    if (++Steps > MostSteps)
                        throw new WorldStoppedException($"After {MostSteps} steps the virtual world is at {Time.Elapsed.TotalSeconds:f3} s, and still not at its end: something turns in circles.");
                    Pulse?.Beat();
                    Time.Compute();
                    Execute(next);
                    continue;
                }

                if (!Time.Advance())
                    throw new WorldStoppedException("Everything in the virtual world waits for something that never comes.");
            }

            return running.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
            _thread = 0;
        }
    }

    /// <summary>The same for what gives nothing.</summary>
    public void Run(Func<CancellationToken, Task> main, CancellationToken interrupt) => _ = Run(
        async stop =>
        {
            await main(stop);
            return true;
        },
        interrupt);

    /// <summary>Starts a task of the world itself; it does not begin within the call.</summary>
    [SuppressMessage("Reliability", "CA2008", Justification = "The scheduler is this one.")]
    public Task Start(Func<Task> action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Takes a task of one of its processes.</summary>
    internal void Queue(Task task, SimulatedProcess? process)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            _ = Interlocked.CompareExchange(ref _stray, Environment.StackTrace, null);
        else if (disorder is null)
            _inOrder.Enqueue(new Ready(task, process));
        else
            _drawn.Add(new Ready(task, process));
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => Queue(task, null);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _inOrder.Concat(_drawn).Select(static ready => ready.Task)];

    private bool TryTake(out Ready next)
    {
        if (disorder is null)
            return _inOrder.TryDequeue(out next);
        next = default;
        if (_drawn.Count == 0)
            return false;
        int drawn = disorder.Below(_drawn.Count);
        next = _drawn[drawn];
        _drawn[drawn] = _drawn[^1];
        _drawn.RemoveAt(_drawn.Count - 1);
        return true;
    }

    private void Execute(Ready next)
    {
        if (next.Process is { } process)
            process.Execute(next.Task);
        else
            _ = TryExecuteTask(next.Task);
    }

    private readonly record struct Ready(Task Task, SimulatedProcess? Process);
}
