using System.Runtime.InteropServices;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>A file that is written on Linux: one system call a step, none for a lock that nobody needs.</summary>
internal sealed class LinuxFile : IDiskFile
{
    private const uint AnybodysFile = 0x1b6;
    private const uint OwnersFile = 0x180;

    private readonly string _path;
    private readonly bool _isNew;
    private int _file;
    private long _length;

    private LinuxFile(int file, string path, bool isNew)
    {
        _file = file;
        _path = path;
        _isNew = isNew;
    }

    /// <summary>Creates the file. As <see cref="IDisk.CreateFile"/> says.</summary>
    public static LinuxFile Create(string path, bool ownerOnly)
    {
        int file = UnixCalls.Open(path, UnixCalls.WriteOnly | UnixCalls.CreateNew | UnixCalls.CloseOnExec, ownerOnly ? OwnersFile : AnybodysFile);
        return file >= 0 ? new LinuxFile(file, path, isNew: true) : throw Failure(path);
    }

    /// <summary>Opens a file that is there. As <see cref="IDisk.ReopenFile"/> says.</summary>
    public static LinuxFile? Reopen(string path)
    {
        int file = UnixCalls.Open(path, UnixCalls.WriteOnly | UnixCalls.CloseOnExec);
        if (file >= 0)
        {
            if (UnixCalls.HasOneName(file))
                return new LinuxFile(file, path, isNew: false);
            _ = UnixCalls.Close(file);
            return null;
        }

        DiskException failure = Failure(path);
        return failure.Failure == DiskFailure.Missing ? null : throw failure;
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> content)
    {
        Append(content);
        if (!_isNew && UnixCalls.Truncate(_file, content.Length) < 0)
            throw Failure(_path);
    }

    /// <inheritdoc/>
    public unsafe void Append(ReadOnlySpan<byte> content)
    {
        fixed (byte* first = content)
        {
            for (int done = 0; done < content.Length;)
            {
                nint written = UnixCalls.Write(_file, first + done, content.Length - done, _length);
                if (written < 0)
                    throw Failure(_path);
                done += (int)written;
                _length += written;
            }
        }
    }

    /// <inheritdoc/>
    public DiskStat Stamp(long ticks) => UnixCalls.SetModified(_file, ticks) >= 0 && UnixCalls.Stat(_file, out DiskStat stat) >= 0 ? stat : throw Failure(_path);

    /// <inheritdoc/>
    public void Sync()
    {
        if (UnixCalls.Sync(_file) < 0)
            throw Failure(_path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int file = Interlocked.Exchange(ref _file, -1);
        if (file >= 0)
            _ = UnixCalls.Close(file);
    }

    private static DiskException Failure(string path) => FilesystemFailures.FromErrno(Marshal.GetLastPInvokeError(), path);
}
