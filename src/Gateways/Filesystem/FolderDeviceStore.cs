using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>One database as a folder, <c>&lt;base&gt;/&lt;name&gt;</c>, laid out as the reference engine does: either opens what the other wrote.</summary>
/// <remarks>
/// Beside the format's six folders there is one hidden one, <c>.fireproofbench</c>, with locks and temporary files. Objects are seen by their path below the
/// database, so a listing of <c>data/</c> shows its <c>version</c> file too.
/// </remarks>
public sealed class FolderDeviceStore : IDeviceStore
{
    private static readonly string[] _folders = ["data", "meta", "wal", "idx-data", "idx-meta", "idx-wal"];

    private readonly FolderWriter _writer;
    private readonly string _base;
    private readonly string _name;

    /// <summary>A database below a folder. Nothing is read or written before <see cref="PrepareAsync"/>.</summary>
    /// <param name="baseFolder">The folder that holds databases, absolute or relative to the working folder.</param>
    /// <param name="databaseName">The database: one segment of a path, at most 255 bytes of UTF-8.</param>
    /// <param name="options">Clock, randomness, durability and longest wait for the lock.</param>
    /// <exception cref="StorageException">InvalidName.</exception>
    public FolderDeviceStore(string baseFolder, string databaseName, GatewayOptions options)
        : this(new PhysicalDisk(), Path.TrimEndingDirectorySeparator(Path.GetFullPath(baseFolder)), databaseName, options)
    {
    }

    internal FolderDeviceStore(IDisk disk, string baseFolder, string databaseName, GatewayOptions options)
    {
        DatabaseName.Check(databaseName, ReservedFolder.Name);
        if (OperatingSystem.IsWindows())
            WindowsNames.Check(databaseName, "open");
        _base = baseFolder;
        _name = databaseName;
        _writer = new FolderWriter(disk, $"{baseFolder.TrimEnd('/')}/{databaseName}", options);
        Data = new FileDataGateway(_writer, ownsWriter: false);
        Metadata = new FolderMetadataGateway(_writer, options.Time, ownsWriter: false);
        WriteAheadLog = new FolderWriteAheadLog(_writer, ownsWriter: false);
        CommitLock = new FolderCommitLock(disk, _writer.Root, options);
    }

    /// <summary>The text of every <c>version</c> file: exactly these 10 bytes.</summary>
    public static ReadOnlySpan<byte> VersionText => "v0.19-file"u8;

    /// <summary>Path of the database's folder.</summary>
    public string Folder => _writer.Root;

    /// <inheritdoc/>
    public IDataGateway Data { get; }

    /// <inheritdoc/>
    public IMetadataGateway Metadata { get; }

    /// <inheritdoc/>
    public IWriteAheadLog WriteAheadLog { get; }

    /// <inheritdoc/>
    public ICommitLock CommitLock { get; }

    /// <inheritdoc/>
    public ValueTask PrepareAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        try
        {
            MakeRoot();
            _writer.Temporaries.Start();
            foreach (string folder in _folders)
                PrepareFolder(folder);
            return ValueTask.CompletedTask;
        }
        catch (DiskException failure)
        {
            return ValueTask.FromException(Explain(failure, "open"));
        }
        catch (StorageException failure)
        {
            return ValueTask.FromException(failure);
        }
    }

    /// <summary>
    /// Removes every file of the database, its folders excepted, as the reference engine does. Heads go first: whatever a crash leaves is no database that
    /// names missing files. The files of the hidden folder stay, since another process may hold the lock.
    /// </summary>
    public ValueTask DestroyAsync(CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellation);
        try
        {
            foreach (string folder in (string[])["meta", "idx-meta", "wal", "idx-wal", "snapshots", "remotes", "data", "idx-data"])
                EmptyFolder($"{Folder}/{folder}");
            return ValueTask.CompletedTask;
        }
        catch (DiskException failure)
        {
            return ValueTask.FromException(Explain(failure, "destroy"));
        }
    }

    /// <summary>Closes all parts. Nothing is removed.</summary>
    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await Metadata.DisposeAsync();
        await WriteAheadLog.DisposeAsync();
        await CommitLock.DisposeAsync();
        _writer.Dispose();
    }

    private void MakeRoot()
    {
        IDisk disk = _writer.Disk;
        _writer.MakeRoot();
        if (ObjectKey.IsPlain(_name))
            return;

        // A file system that ignores case, or spells letters in its own way, would open another database.
        bool exact = false;
        _ = disk.List(_base, (name, _) => exact |= name.SequenceEqual(_name));
        if (!exact)
        {
            throw new StorageException(
                StorageErrorKind.InvalidName, "open", Folder, "this file system keeps the name under another spelling; take one in lower case ASCII");
        }
    }

    private void PrepareFolder(string name)
    {
        string version = $"{Folder}/{name}/version";
        DiskStat? there = _writer.Disk.Stat(version);
        if (there is { IsFolder: true })
            throw new StorageException(StorageErrorKind.Permanent, "open", version, "a folder stands where the version file should be");
        if (there is not null)
            return;
        _writer.MakeFolders($"{Folder}/{name}");

        // Another process may have made it meanwhile: the same bytes.
        _ = _writer.TryCreate(version, VersionText, out _);
    }

    private void EmptyFolder(string folder)
    {
        List<string> files = [];
        _ = _writer.Disk.List(folder, (name, isFolder) =>
        {
            if (!isFolder)
                files.Add($"{folder}/{name}");
        });
        foreach (string file in files)
            _ = _writer.Disk.Unlink(file);
        if (files.Count > 0 && _writer.Syncs)
            _writer.Disk.SyncFolder(folder);
    }

    // What is wrong with a name in the database's own folders is not the caller's choice of a key.
    private static StorageException Explain(DiskException failure, string operation) => failure.Failure is DiskFailure.NotFolder or DiskFailure.IsFolder
        ? new StorageException(StorageErrorKind.Permanent, operation, failure.Path, "a file stands where a folder should be, or the reverse; move it away", failure)
        : FilesystemFailures.ToStorage(failure, operation, failure.Path);
}
