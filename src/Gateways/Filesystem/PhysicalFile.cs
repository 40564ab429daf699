using Microsoft.Win32.SafeHandles;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>A file that is written on the disk of this machine, through the runtime.</summary>
internal sealed class PhysicalFile : IDiskFile
{
    private readonly SafeFileHandle _handle;
    private readonly FileStream? _stream;
    private readonly string _path;
    private long _length;

    private PhysicalFile(SafeFileHandle handle, FileStream? stream, string path)
    {
        _handle = handle;
        _stream = stream;
        _path = path;
    }

    /// <summary>Creates the file. As <see cref="IDisk.CreateFile"/> says.</summary>
    public static PhysicalFile Create(string path, bool ownerOnly)
    {
        try
        {
            if (!ownerOnly)
                return new PhysicalFile(File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None), null, path);
            FileStream stream = CreateForOwner(path);
            return new PhysicalFile(stream.SafeFileHandle, stream, path);
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            throw FilesystemFailures.FromException(exception, path);
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> content) => Append(content);

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> content)
    {
        try
        {
            RandomAccess.Write(_handle, content, _length);
            _length += content.Length;
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            throw FilesystemFailures.FromException(exception, _path);
        }
    }

    /// <inheritdoc/>
    public DiskStat Stamp(long ticks)
    {
        try
        {
            File.SetLastWriteTimeUtc(_handle, new DateTime(ticks, DateTimeKind.Utc));
            return PhysicalReads.Describe(_handle);
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            throw FilesystemFailures.FromException(exception, _path);
        }
    }

    /// <inheritdoc/>
    public void Sync()
    {
        try
        {
            RandomAccess.FlushToDisk(_handle);
        }
        catch (Exception exception) when (FilesystemFailures.IsFileFailure(exception))
        {
            throw FilesystemFailures.FromException(exception, _path);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream?.Dispose();
        _handle.Dispose();
    }

    // Only a stream takes the mode at creation; setting it afterwards would leave a moment in which anybody can open the file.
    private static FileStream CreateForOwner(string path)
    {
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
