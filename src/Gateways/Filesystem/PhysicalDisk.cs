using System.IO.Enumeration;
using System.Runtime.InteropServices;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>The disk of this machine. Straight system calls on Linux; the runtime's where another system has none of its own here.</summary>
internal sealed class PhysicalDisk : IDisk
{
    private const uint AnybodysFolder = 0x1ff;
    private const uint OwnersFolder = 0x1c0;

    private static readonly EnumerationOptions _everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false, RecurseSubdirectories = false };

    /// <inheritdoc/>
    public bool HasIdentity => UnixCalls.HasDirectReads;

    /// <inheritdoc/>
    public IDiskFile CreateFile(string path, bool ownerOnly) =>
        UnixCalls.HasDirectReads ? LinuxFile.Create(path, ownerOnly) : PhysicalFile.Create(path, ownerOnly);

    /// <inheritdoc/>
    public IDiskFile? ReopenFile(string path) => UnixCalls.HasDirectReads ? LinuxFile.Reopen(path) : null;

    /// <inheritdoc/>
    public bool TryExchange(string left, string right)
    {
        if (!UnixCalls.HasDirectReads)
            return false;
        if (UnixCalls.ExchangeNames(left, right) >= 0)
            return true;

        // A file system without the call says "invalid argument", which stands for nothing else here.
        DiskException failure = FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), right);
        return failure.Failure is DiskFailure.Missing or DiskFailure.Unsupported or DiskFailure.Other ? false : throw failure;
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (OperatingSystem.IsWindows())
            Runtime(() => File.Move(from, to, overwrite: true), to);
        else if (UnixCalls.Rename(from, to) < 0)
            throw FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), to);
    }

    /// <inheritdoc/>
    public bool TryLink(string from, string to)
    {
        // Windows: moving a file to a name that is taken fails, which is the same promise; the caller's unlink of the old name then finds nothing.
        if (OperatingSystem.IsWindows())
            return TryRuntime(() => File.Move(from, to, overwrite: false), to, DiskFailure.Exists);
        if (UnixCalls.Link(from, to) >= 0)
            return true;
        DiskException failure = FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), to);
        return failure.Failure == DiskFailure.Exists ? false : throw failure;
    }

    /// <inheritdoc/>
    public void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        int folder = UnixCalls.Open(path, UnixCalls.ReadOnly | UnixCalls.CloseOnExec);
        if (folder < 0)
            throw FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
        try
        {
            if (UnixCalls.Sync(folder) < 0)
                throw FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
        }
        finally
        {
            _ = UnixCalls.Close(folder);
        }
    }

    /// <inheritdoc/>
    public DiskContent? Read(string path, long offset, long length, int limit) =>
        UnixCalls.HasDirectReads ? PhysicalReads.Direct(path, offset, length, limit) : PhysicalReads.ThroughRuntime(path, offset, length, limit);

    /// <inheritdoc/>
    public DiskStat? Stat(string path)
    {
        if (!UnixCalls.HasDirectReads)
            return PhysicalReads.StatThroughRuntime(path);
        if (UnixCalls.Stat(path, out DiskStat stat) >= 0)
            return stat;
        DiskException failure = FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
        return failure.Failure is DiskFailure.Missing or DiskFailure.NotFolder ? null : throw failure;
    }

    /// <inheritdoc/>
    public bool Unlink(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            if (!File.Exists(path))
                return false;
            Runtime(() => File.Delete(path), path);
            return true;
        }

        if (UnixCalls.Unlink(path) >= 0)
            return true;
        DiskException failure = FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
        if (failure.Failure is DiskFailure.Missing or DiskFailure.NotFolder or DiskFailure.IsFolder)
            return false;

        // macOS says "not permitted" of a folder, as it does of a file that may not go.
        return failure.Failure == DiskFailure.Denied && Stat(path) is { IsFolder: true } ? false : throw failure;
    }

    /// <inheritdoc/>
    public bool List(string path, DiskEntryVisitor visitor)
    {
        try
        {
            FileSystemEnumerable<bool> names = new(path, static (ref _) => true, _everything)
            {
                ShouldIncludePredicate = (ref entry) =>
                {
                    visitor(entry.FileName, entry.IsDirectory);
                    return false;
                },
            };
            foreach (bool _ in names)
                break;
            return true;
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            DiskException failure = FilesystemFailures.FromException(exception, path);
            return failure.Failure is DiskFailure.Missing or DiskFailure.NotFolder ? false : throw failure;
        }
    }

    /// <inheritdoc/>
    public bool MakeFolder(string path, bool ownerOnly)
    {
        if (OperatingSystem.IsWindows())
        {
            if (Path.Exists(path))
                return false;
            Runtime(() => Directory.CreateDirectory(path), path);
            return true;
        }

        if (UnixCalls.MakeFolder(path, ownerOnly ? OwnersFolder : AnybodysFolder) >= 0)
            return true;
        DiskException failure = FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
        return failure.Failure == DiskFailure.Exists ? false : throw failure;
    }

    /// <inheritdoc/>
    public bool RemoveEmptyFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return Directory.Exists(path) && TryRuntime(() => Directory.Delete(path, recursive: false), path, DiskFailure.NotEmpty);
        if (UnixCalls.RemoveFolder(path) >= 0)
            return true;
        DiskException failure = FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
        return failure.Failure is DiskFailure.NotEmpty or DiskFailure.Exists or DiskFailure.Missing or DiskFailure.NotFolder ? false : throw failure;
    }

    /// <inheritdoc/>
    public IDiskLock OpenLock(string path) => OperatingSystem.IsWindows() ? new WindowsLock(path) : UnixLock.Open(path);

    private static void Runtime(Action action, string path)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            throw FilesystemFailures.FromException(exception, path);
        }
    }

    private static bool TryRuntime(Action action, string path, DiskFailure answeredByFalse)
    {
        try
        {
            Runtime(action, path);
            return true;
        }
        catch (DiskException failure) when (failure.Failure == answeredByFalse)
        {
            return false;
        }
    }
}
