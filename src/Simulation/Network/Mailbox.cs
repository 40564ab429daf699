using FireproofBench.Engine.Ports;

namespace FireproofBench.Simulation.Network;

/// <summary>Messages that arrived and wait for one reader, in their order.</summary>
internal sealed class Mailbox
{
    private readonly Queue<MetaReading> _arrived = new();
    private TaskCompletionSource? _reader;
    private bool _isClosed;

    /// <summary>A message arrives.</summary>
    public void Put(MetaReading message)
    {
        _arrived.Enqueue(message);
        _ = _reader?.TrySetResult();
    }

    /// <summary>Nothing arrives any more.</summary>
    public void Close()
    {
        _isClosed = true;
        _ = _reader?.TrySetResult();
    }

    /// <summary>Waits for the next message.</summary>
    /// <returns>Null when there is none any more.</returns>
    /// <exception cref="OperationCanceledException">The reader gave up.</exception>
    public async Task<MetaReading?> TakeAsync(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_arrived.TryDequeue(out MetaReading? next))
                return next;
            if (_isClosed)
                return null;
            TaskCompletionSource arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _reader = arrival;
            using (cancellation.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), arrival))
                await arrival.Task;
        }
    }
}
