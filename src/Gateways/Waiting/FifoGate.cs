using System.Diagnostics.CodeAnalysis;

namespace FireproofBench.Gateways.Waiting;

/// <summary>Lets one caller in at a time, in the order in which they came. Continuations run on their own callers' contexts, so that a simulated world can order them.</summary>
internal sealed class FifoGate
{
    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private bool _taken;

    /// <summary>Waits for the turn. After it <see cref="Leave"/> must be called once.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before the turn came; nothing has to be left then.</exception>
    public ValueTask EnterAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        TaskCompletionSource turn;
        lock (_lock)
        {
            if (!_taken)
            {
                _taken = true;
                return ValueTask.CompletedTask;
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
        }

        return cancellation.CanBeCanceled ? WaitAsync(turn, cancellation) : new ValueTask(turn.Task);
    }

    /// <summary>Lets the next one in.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            // A cancelled waiter refuses its turn: it goes to the one behind.
            while (_waiting.TryDequeue(out TaskCompletionSource? next))
            {
                if (next.TrySetResult())
                    return;
            }

            _taken = false;
        }
    }

    [SuppressMessage("Reliability", "CA2016", Justification = "The token cancels the turn itself.")]
    private static async ValueTask WaitAsync(TaskCompletionSource turn, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration = cancellation.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn);
        await turn.Task;
    }
}
