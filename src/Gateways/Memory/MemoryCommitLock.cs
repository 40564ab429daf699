using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Memory;

/// <summary>A commit lock in memory: callers take turns in the order in which they came. No other process can hold it, so it is never InUse.</summary>
public sealed class MemoryCommitLock : ICommitLock
{
    private readonly FifoGate _gate = new();
    private readonly Action _release;

    /// <summary>A lock that nobody holds.</summary>
    /// <param name="keepsAllOut">Whether nobody writes to the store who does not ask for this lock: as to a database in memory, and not as to a bucket.</param>
    public MemoryCommitLock(bool keepsAllOut)
    {
        _release = _gate.Leave;
        KeepsAllOut = keepsAllOut;
    }

    /// <inheritdoc/>
    public bool KeepsAllOut { get; }

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> AcquireAsync(CancellationToken cancellation)
    {
        await _gate.EnterAsync(cancellation);
        return new Hold(_release);
    }

    /// <summary>Does nothing: holders keep the lock until they give it back.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
