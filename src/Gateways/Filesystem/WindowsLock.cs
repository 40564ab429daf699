using System.Text;
using Microsoft.Win32.SafeHandles;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>A lock on Windows: holding it is holding the file open for oneself. It knows no shared lock, so whoever asks for one is refused as Unsupported.</summary>
/// <param name="path">The lock file.</param>
internal sealed class WindowsLock(string path) : IDiskLock
{
    private SafeFileHandle? _held;

    /// <inheritdoc/>
    public bool IsCurrent => true;

    /// <inheritdoc/>
    public bool TryLock(bool exclusive)
    {
        if (!exclusive)
            throw new DiskException(DiskFailure.Unsupported, path, "no shared lock on Windows");
        if (_held is not null)
            return true;
        try
        {
            _held = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
            return true;
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            DiskException failure = FilesystemFailures.FromException(exception, path);
            return failure.Failure == DiskFailure.Passing ? false : throw failure;
        }
    }

    /// <inheritdoc/>
    public void Lock(bool exclusive) => throw new DiskException(DiskFailure.Unsupported, path, "no waiting lock on Windows");

    /// <inheritdoc/>
    public void Unlock()
    {
        _held?.Dispose();
        _held = null;
    }

    /// <inheritdoc/>
    public void WriteText(string text)
    {
        if (_held is not null)
            RandomAccess.Write(_held, Encoding.ASCII.GetBytes(text.PadRight(63) + "\n"), 0);
    }

    /// <inheritdoc/>
    public string ReadText()
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] line = new byte[64];
            return Encoding.ASCII.GetString(line, 0, RandomAccess.Read(file, line, 0)).Trim();
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            return "";
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Unlock();
}
