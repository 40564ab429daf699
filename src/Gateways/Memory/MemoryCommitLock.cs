using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Memory;

/// <summary>The commit lock of a database in memory: callers take turns in the order in which they came. No other process can hold it, so it is never InUse.</summary>
public sealed class MemoryCommitLock : ICommitLock
{
    private readonly FifoGate _gate = new();
    private readonly Action _release;

    /// <summary>A lock that nobody holds.</summary>
    public MemoryCommitLock() => _release = _gate.Leave;

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> AcquireAsync(CancellationToken cancellation)
    {
        await _gate.EnterAsync(cancellation);
        return new Hold(_release);
    }

    /// <summary>Does nothing: holders keep the lock until they give it back.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
