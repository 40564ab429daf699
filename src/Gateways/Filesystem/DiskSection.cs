namespace FireproofBench.Gateways.Filesystem;

/// <summary>
/// A short section that callers of one process and of several enter one after another: a lock in memory, and one on a file that many processes may hold
/// shared and one alone. Nothing is awaited inside.
/// </summary>
internal sealed class DiskSection(IDisk disk, string path, Action prepareFolder) : IDisposable
{
    private readonly Lock _gate = new();
    private IDiskLock? _lock;
    private bool _unsupported;

    /// <summary>Enters. Leave by disposing of the result.</summary>
    /// <param name="exclusive">Whether other processes must stay out; else only those that want to be alone must.</param>
    /// <exception cref="DiskException">Unsupported when it has to be exclusive and the file system knows no locks.</exception>
    public Pass Enter(bool exclusive)
    {
        _gate.Enter();
        try
        {
            if (!_unsupported)
                TakeFileLock(exclusive);
            else if (exclusive)
                throw new DiskException(DiskFailure.Unsupported, path, "no file locks here");
            return new Pass(this);
        }
        catch
        {
            _gate.Exit();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _lock?.Dispose();
            _lock = null;
        }
    }

    private void TakeFileLock(bool exclusive)
    {
        try
        {
            for (; ; )
            {
                if (_lock is null)
                {
                    prepareFolder();
                    _lock = disk.OpenLock(path);
                }

                _lock.Lock(exclusive);
                if (!exclusive || _lock.IsCurrent)
                    return;
                _lock.Dispose();
                _lock = null;
            }
        }
        catch (DiskException failure) when (failure.Failure == DiskFailure.Unsupported && !exclusive)
        {
            _unsupported = true;
        }
    }

    private void Leave()
    {
        _lock?.Unlock();
        _gate.Exit();
    }

    /// <summary>The right to be inside.</summary>
    internal readonly ref struct Pass(DiskSection section) : IDisposable
    {
        /// <summary>Leaves.</summary>
        public void Dispose() => section.Leave();
    }
}
