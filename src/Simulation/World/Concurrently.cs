namespace FireproofBench.Simulation.World;

/// <summary>Starts tasks where their starter runs: on the threads of the process, or in a virtual world.</summary>
internal static class Concurrently
{
    /// <summary>Starts a task of its own; it does not begin within the call.</summary>
    public static Task Start(Func<Task> action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current).Unwrap();

    /// <summary>Starts a task of its own; it does not begin within the call.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    public static Task<T> Start<T>(Func<Task<T>> action) =>
        Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current).Unwrap();

    /// <summary>Cancels; those who wait for it are called from here, not from a thread of their own.</summary>
    public static void Cancel(CancellationTokenSource source) => source.Cancel();

    /// <summary>Waits for the first of some tasks to end, in whatever way. Unlike <see cref="Task.WhenAny(Task, Task)"/> it never goes on from a thread of the pool.</summary>
    public static Task AnyAsync(params Task[] tasks)
    {
        return Task.WhenAny(tasks.Select(PassAsync));

        static async Task PassAsync(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>Waits for a task, or until it is cancelled. Never goes on from a thread of the pool.</summary>
    public static async Task WaitAsync(Task task, CancellationToken cancellation)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), cancelled))
            await AnyAsync(task, cancelled.Task);
        if (!task.IsCompleted)
            cancellation.ThrowIfCancellationRequested();
        await task;
    }

    /// <summary>Does something for each item, a few at a time. The first failure keeps further ones from being begun, and is thrown when those under way have ended.</summary>
    /// <typeparam name="T">The items.</typeparam>
    /// <param name="items">The items; taken one by one.</param>
    /// <param name="degree">How many at a time.</param>
    /// <param name="action">What is done; its token is cancelled by a failure of another one.</param>
    /// <param name="cancellation">Ends all.</param>
    public static async Task EachAsync<T>(IEnumerable<T> items, int degree, Func<T, CancellationToken, Task> action, CancellationToken cancellation)
    {
        using IEnumerator<T> source = items.GetEnumerator();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Lock gate = new();
        bool Take(out T item)
        {
            lock (gate)
            {
                bool isThere = !stop.IsCancellationRequested && source.MoveNext();
                item = isThere ? source.Current : default!;
                return isThere;
            }
        }

        async Task WorkAsync()
        {
            while (Take(out T item))
            {
                try
                {
                    await action(item, stop.Token);
                }
                catch
                {
                    Cancel(stop);
                    throw;
                }
            }
        }

        await Task.WhenAll(Enumerable.Range(0, degree).Select(_ => Start(WorkAsync)));
        cancellation.ThrowIfCancellationRequested();
    }
}
