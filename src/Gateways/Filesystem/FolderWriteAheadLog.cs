using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>The upload log of a database folder: the bytes of <c>wal/main.json</c>.</summary>
public sealed class FolderWriteAheadLog : IWriteAheadLog
{
    /// <summary>Longest log that is read, in bytes: 64 MiB, more than half a million uploads.</summary>
    public const int MaxLength = 64 * 1024 * 1024;

    private readonly FolderWriter _writer;
    private readonly string _path;
    private readonly bool _ownsWriter;
    private readonly Lock _writing = new();
    private readonly SwappedFile _file;

    /// <summary>The log of one database folder.</summary>
    /// <param name="databaseFolder">The folder that holds <c>wal/</c>.</param>
    /// <param name="options">Clock, randomness and durability.</param>
    public FolderWriteAheadLog(string databaseFolder, GatewayOptions options)
        : this(new FolderWriter(new PhysicalDisk(), Path.TrimEndingDirectorySeparator(Path.GetFullPath(databaseFolder)), options), ownsWriter: true)
    {
    }

    internal FolderWriteAheadLog(FolderWriter writer, bool ownsWriter)
    {
        _writer = writer;
        _ownsWriter = ownsWriter;
        _path = $"{writer.Root}/wal/main.json";
        _file = new SwappedFile(writer, _path);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<ReadOnlyMemory<byte>?>(cancellation);
        try
        {
            return _file.Read(MaxLength) is { } log ? new ValueTask<ReadOnlyMemory<byte>?>(log.Bytes) : default;
        }
        catch (DiskException failure)
        {
            return ValueTask.FromException<ReadOnlyMemory<byte>?>(FilesystemFailures.ToStorage(failure, "read log", _path));
        }
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        try
        {
            lock (_writing)
                _ = _file.Write(content.Span);
            return ValueTask.CompletedTask;
        }
        catch (DiskException failure)
        {
            return ValueTask.FromException(FilesystemFailures.ToStorage(failure, "write log", _path));
        }
        catch (StorageException failure)
        {
            return ValueTask.FromException(failure);
        }
    }

    /// <summary>Closes the lock files. The log stays.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_writing)
            _file.Dispose();
        if (_ownsWriter)
            _writer.Dispose();
        return ValueTask.CompletedTask;
    }
}
