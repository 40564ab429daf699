namespace FireproofBench.Engine.Ports;

/// <summary>Keeps two processes that write to one database on one device apart, for the short time of a commit.</summary>
public interface ICommitLock : IAsyncDisposable
{
    /// <summary>Whether it keeps out everybody who writes to the store. The lock of a client of a bucket does not: other devices know nothing of it.</summary>
    bool KeepsAllOut { get; }

    /// <summary>Waits until no other holder is left, and holds the lock until the result is disposed of. It is free again when a holder's process dies.</summary>
    /// <exception cref="StorageException">InUse when another process held it longer than the configured wait.</exception>
    ValueTask<IAsyncDisposable> AcquireAsync(CancellationToken cancellation);
}
