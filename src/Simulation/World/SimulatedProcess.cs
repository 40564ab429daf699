using System.Diagnostics.CodeAnalysis;

namespace FireproofBench.Simulation.World;

/// <summary>What runs in one process of a virtual world. It can be killed between any two steps: what it awaits never comes, no cleaning up runs, its timers wake nobody.</summary>
/// <param name="world">The world.</param>
internal sealed class SimulatedProcess(VirtualWorld world) : TaskScheduler
{
    /// <summary>Whether it was killed.</summary>
    public bool IsDead { get; private set; }

    /// <summary>How many steps it made: pieces of code between two waits.</summary>
    public long Steps { get; private set; }

    /// <summary>After how many of its steps it dies.</summary>
    public long DiesAfter { get; set; } = long.MaxValue;

    /// <summary>Called once when it dies.</summary>
    public Action? Died { get; set; }

    /// <summary>Kills it.</summary>
    public void Kill()
    {
        if (IsDead)
            return;
        IsDead = true;
        Died?.Invoke();
    }

    /// <summary>Starts a task of the process; it does not begin within the call, and never ends when the process dies first.</summary>
    [SuppressMessage("Reliability", "CA2008", Justification = "The scheduler is this one.")]
    public Task Start(Func<Task> action) => Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Makes the next step of a task, unless the process is dead.</summary>
    internal void Execute(Task task)
    {
        if (IsDead)
            return;
        if (++Steps > DiesAfter)
            Kill();
        else
            _ = TryExecuteTask(task);
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        if (!IsDead)
            world.Queue(task, this);
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
