using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Waiting;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>The commit lock of a folder: a lock on a file, which the system frees when its holder dies, and a queue in memory before it.</summary>
/// <remarks>
/// Callers of one instance take turns in the order in which they came, however long that takes. Other processes, and other instances in this one, are asked again
/// after pauses that grow from 1 to 50 ms, up to the configured wait. The holder's process number stands in the lock file for the message. Where the file system
/// knows no locks, acquiring fails as Unsupported: two processes would lose each other's commits.
/// </remarks>
public sealed class FolderCommitLock : ICommitLock
{
    private static readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _longestPause = TimeSpan.FromMilliseconds(50);

    private readonly IDisk _disk;
    private readonly TimeProvider _time;
    private readonly TimeSpan _wait;
    private readonly string _path;
    private readonly Action _prepareFolder;
    private readonly Action _release;
    private readonly FifoGate _gate = new();
    private readonly string _holder = $"held by process {Environment.ProcessId}";
    private IDiskLock? _lock;

    /// <summary>The lock of one database folder.</summary>
    /// <param name="databaseFolder">The folder; it must be there when the lock is asked for.</param>
    /// <param name="options">Clock and longest wait.</param>
    public FolderCommitLock(string databaseFolder, GatewayOptions options)
        : this(new PhysicalDisk(), Path.TrimEndingDirectorySeparator(Path.GetFullPath(databaseFolder)), options)
    {
    }

    internal FolderCommitLock(IDisk disk, string root, GatewayOptions options)
    {
        _disk = disk;
        _time = options.Time;
        _wait = options.LockWait;
        _path = ReservedFolder.CommitLock(root);
        _release = Release;
        _prepareFolder = () => ReservedFolder.Make(disk, root, ownerOnly: false);
    }

    /// <summary>True: every process of this engine that writes to the folder holds its lock file. The reference engine takes none, and must not write beside it.</summary>
    public bool KeepsAllOut => true;

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> AcquireAsync(CancellationToken cancellation)
    {
        await _gate.EnterAsync(cancellation);
        try
        {
            if (!TryTake())
                await TakeLaterAsync(cancellation);
            _lock!.WriteText(_holder);
            return new Hold(_release);
        }
        catch (DiskException failure)
        {
            _lock?.Unlock();
            _gate.Leave();
            throw FilesystemFailures.ToStorage(failure, "lock", _path);
        }
        catch
        {
            _gate.Leave();
            throw;
        }
    }

    /// <summary>Closes the lock file, which frees the lock.</summary>
    public ValueTask DisposeAsync()
    {
        _lock?.Dispose();
        _lock = null;
        return ValueTask.CompletedTask;
    }

    private async ValueTask TakeLaterAsync(CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        for (TimeSpan pause = _firstPause; ; pause = Shorter(pause * 2, _longestPause))
        {
            TimeSpan left = _wait - _time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                string holder = _lock!.ReadText();
                throw new StorageException(
                    StorageErrorKind.InUse,
                    "lock",
                    _path,
                    $"{(holder.Length == 0 ? "held by another process" : holder)} for longer than {_wait.TotalSeconds:0.###} s; wait for it, or end it");
            }

            await Task.Delay(Shorter(pause, left), _time, cancellation);
            if (TryTake())
                return;
        }
    }

    private bool TryTake()
    {
        for (; ; )
        {
            if (_lock is null)
            {
                _prepareFolder();
                _lock = _disk.OpenLock(_path);
            }

            if (!_lock.TryLock(exclusive: true))
                return false;
            if (_lock.IsCurrent)
                return true;

            // The file was removed while it was open here: a newcomer would lock another one.
            _lock.Dispose();
            _lock = null;
        }
    }

    private void Release()
    {
        _lock?.Unlock();
        _gate.Leave();
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
