using FireproofBench.Engine.Ports;

namespace FireproofBench.Properties.Conformance.Faults;

/// <summary>A commit lock that keeps nobody out, as between devices.</summary>
internal sealed class NoLock : ICommitLock
{
    public bool KeepsAllOut => false;

    public ValueTask<IAsyncDisposable> AcquireAsync(CancellationToken cancellation) => ValueTask.FromResult<IAsyncDisposable>(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
