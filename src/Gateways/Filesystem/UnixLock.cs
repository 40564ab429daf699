using System.Runtime.InteropServices;
using System.Text;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>A lock by flock(2): it belongs to the open file, so that two openings in one process keep each other out too.</summary>
internal sealed class UnixLock : IDiskLock
{
    private const int Interrupted = 4;
    private const int TextLength = 64;

    private readonly string _path;
    private readonly DiskStat? _identity;
    private int _file;

    private UnixLock(int file, string path)
    {
        _file = file;
        _path = path;
        if (UnixCalls.HasDirectReads && UnixCalls.Stat(file, out DiskStat stat) >= 0)
            _identity = stat;
    }

    /// <inheritdoc/>
    public bool IsCurrent =>
        _identity is not { } own
        || (UnixCalls.Stat(_path, out DiskStat now) >= 0 && now.Inode == own.Inode && now.Device == own.Device);

    /// <summary>Opens the lock file. As <see cref="IDisk.OpenLock"/> says.</summary>
    public static UnixLock Open(string path)
    {
        for (int attempt = 0; ; attempt++)
        {
            int file = UnixCalls.Open(path, UnixCalls.ReadWrite | UnixCalls.CloseOnExec);
            if (file >= 0)
                return new UnixLock(file, path);
            DiskException failure = FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
            if (failure.Failure != DiskFailure.Missing || attempt == 2)
                throw failure;
            Create(path);
        }
    }

    /// <inheritdoc/>
    public bool TryLock(bool exclusive)
    {
        if (Call((exclusive ? UnixCalls.LockExclusive : UnixCalls.LockShared) | UnixCalls.LockNoWait))
            return true;
        DiskException failure = FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), _path);
        return failure.Failure == DiskFailure.Passing ? false : throw failure;
    }

    /// <inheritdoc/>
    public void Lock(bool exclusive)
    {
        if (!Call(exclusive ? UnixCalls.LockExclusive : UnixCalls.LockShared))
            throw FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), _path);
    }

    /// <inheritdoc/>
    public void Unlock() => _ = Call(UnixCalls.Unlock);

    /// <inheritdoc/>
    public unsafe void WriteText(string text)
    {
        // Always the same length, so that a shorter text leaves nothing of a longer one behind and no truncation is needed.
        byte* line = stackalloc byte[TextLength];
        Span<byte> bytes = new(line, TextLength);
        bytes.Fill((byte)' ');
        _ = Encoding.ASCII.TryGetBytes(text, bytes[..^1], out _);
        bytes[^1] = (byte)'\n';

        // Mostly it is there already, and reading is cheaper than changing the file.
        byte* there = stackalloc byte[TextLength];
        if (UnixCalls.Read(_file, there, TextLength, 0) == TextLength && bytes.SequenceEqual(new ReadOnlySpan<byte>(there, TextLength)))
            return;
        if (UnixCalls.Write(_file, line, TextLength, 0) < 0)
            throw FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), _path);
    }

    /// <inheritdoc/>
    public unsafe string ReadText()
    {
        byte* line = stackalloc byte[TextLength];
        nint got = UnixCalls.Read(_file, line, TextLength, 0);
        return got <= 0 ? "" : Encoding.ASCII.GetString(line, (int)got).Trim();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int file = Interlocked.Exchange(ref _file, -1);
        if (file >= 0)
            _ = UnixCalls.Close(file);
    }

    private static void Create(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete).Dispose();
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            // The runtime takes a shared lock of its own while it creates: that fails when a rival made the file and locked it already.
            DiskException failure = FilesystemFailures.FromException(exception, path);
            if (failure.Failure != DiskFailure.Passing)
                throw failure;
        }
    }

    private bool Call(int operation)
    {
        while (UnixCalls.Lock(_file, operation) < 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
                return false;
        }

        return true;
    }
}
