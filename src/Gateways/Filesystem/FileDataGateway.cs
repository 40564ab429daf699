using FireproofBench.Engine.Ports;
using FireproofBench.Gateways.Layout;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>
/// Objects as files of a folder: the key is the path below it. Each object is written to a temporary file and named when it is whole, so no reader sees a
/// part of it, and a crash leaves the old one or the new one.
/// </summary>
/// <remarks>
/// <para>Calls block for the time of their system calls, and end before they return; with <see cref="Durability.Fsync"/> that includes the medium.</para>
/// <para>A key cannot be a folder of another: <c>a</c> and <c>a/b</c> do not both fit, the second is refused as InvalidName. So are names that the file system
/// would keep under another spelling. Deletes leave empty folders behind, so that no put into one can fail; an empty one gives way to a file of its name.</para>
/// <para>Conditions hold against every writer that goes through this gateway, in this process or another on this machine. A version is the file's number, time
/// and length; the time is set to a value that rises with every write, so that it tells apart contents of equal length within one tick. Where the system has
/// no such numbers (anything but 64-bit Linux) there are no versions; a file system that rounds times refuses conditional replacement as Unsupported.</para>
/// </remarks>
public sealed class FileDataGateway : IDataGateway
{
    /// <summary>Longest object, in bytes: the longest array of the runtime.</summary>
    public const long MaxObjectLength = 0x7fffffc7;

    private readonly FolderWriter _writer;
    private readonly NameFolding _folding;
    private readonly bool _ownsWriter;

    /// <summary>The objects of a folder. Nothing is read or written yet; the folder must be there when something is.</summary>
    /// <param name="folder">Path of the folder, absolute or relative to the working folder.</param>
    /// <param name="options">Clock, randomness and durability.</param>
    public FileDataGateway(string folder, GatewayOptions options)
        : this(new FolderWriter(new PhysicalDisk(), Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), options), ownsWriter: true)
    {
    }

    internal FileDataGateway(FolderWriter writer, bool ownsWriter)
    {
        _writer = writer;
        _ownsWriter = ownsWriter;
        _folding = new NameFolding(writer);
        Traits = new DataTraits
        {
            Provider = "folder",
            ConditionalCreate = true,
            ConditionalReplace = writer.Disk.HasIdentity,
            ConditionalDelete = writer.Disk.HasIdentity,
            OrderedListing = true,
            StronglyConsistent = true,
            MaxObjectLength = MaxObjectLength,
            MaxKeyLength = ObjectKey.MaxLength,
        };
    }

    /// <inheritdoc/>
    public DataTraits Traits { get; }

    /// <summary>Whether a folder holds the hidden folder of this gateway, with its locks and temporary files.</summary>
    /// <param name="folder">Path of the folder, absolute or relative to the working folder.</param>
    public static bool HasOwnFiles(string folder) => Directory.Exists(Path.Combine(folder, ReservedFolder.Name));

    /// <summary>
    /// Removes the hidden folder of this gateway, for somebody who only passed by. It stays while any gateway on this machine has the folder open, and when
    /// anything is in it that a crash or somebody else left.
    /// </summary>
    /// <param name="folder">Path of the folder, absolute or relative to the working folder.</param>
    /// <returns>Whether it was there and is removed.</returns>
    public static bool TryRemoveOwnFiles(string folder) =>
        ReservedFolder.TryRemove(new PhysicalDisk(), Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <inheritdoc/>
    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<string>(cancellation);
        try
        {
            return new ValueTask<string>(Put(key, content.Span, condition));
        }
        catch (Exception failure) when (failure is StorageException or DiskException)
        {
            return ValueTask.FromException<string>(Named(failure, "put", key));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<string> PutAsync(string key, ContentSource content, PutCondition condition, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            if (content.Length > MaxObjectLength)
                throw new StorageException(StorageErrorKind.Unsupported, "put", key, $"{content.Length} bytes; a folder takes objects of at most {MaxObjectLength}");
            string path = PathOf(key, "put");
            if (condition.IsIfAbsent)
            {
                RequireAbsence(path, key);
                return VersionOf(await _writer.TryCreateAsync(path, content, key, cancellation) ?? throw Exists(key));
            }

            return VersionOf(await _writer.ReplaceAsync(path, content, key, CheckOf(path, key, condition), cancellation));
        }
        catch (DiskException failure)
        {
            throw Named(failure, "put", key);
        }
    }

    /// <inheritdoc/>
    public ValueTask<ObjectContent?> GetAsync(string key, ByteRange? range, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<ObjectContent?>(cancellation);
        try
        {
            string path = PathOf(key, "get");
            (long offset, long length) = range is { } part ? (part.Offset, part.Length) : (0, long.MaxValue);
            ArgumentOutOfRangeException.ThrowIfNegative(offset, nameof(range));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length, nameof(range));
            if (SteadyReads.Read(_writer.Disk, path, offset, length, ObjectContent.MaxLength) is { } content)
                return new ValueTask<ObjectContent?>(new ObjectContent(content.Bytes, Describe(key, content.Stat)));
            RequireRoot("get");
            return default;
        }
        catch (DiskException large) when (large.Failure == DiskFailure.TooLarge)
        {
            return ValueTask.FromException<ObjectContent?>(
                new StorageException(StorageErrorKind.Unsupported, "get", key, $"the file is longer than the {ObjectContent.MaxLength} bytes that are read at once; read it in ranges", large));
        }
        catch (Exception failure) when (failure is StorageException or DiskException)
        {
            return ValueTask.FromException<ObjectContent?>(Named(failure, "get", key));
        }
    }

    /// <inheritdoc/>
    public ValueTask<ObjectInfo?> HeadAsync(string key, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<ObjectInfo?>(cancellation);
        try
        {
            if (_writer.Disk.Stat(PathOf(key, "head")) is { IsFolder: false } stat)
                return new ValueTask<ObjectInfo?>(Describe(key, stat));
            RequireRoot("head");
            return default;
        }
        catch (Exception failure) when (failure is StorageException or DiskException)
        {
            return ValueTask.FromException<ObjectInfo?>(Named(failure, "head", key));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string key, string? version, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<bool>(cancellation);
        try
        {
            string path = PathOf(key, "delete");
            if (version is not null && !Traits.ConditionalDelete)
                throw new StorageException(StorageErrorKind.Unsupported, "delete", key, "this system gives files no versions");
            bool removed = _writer.Remove(path, version is null ? null : () => RequireVersion(path, version, "delete", key));
            if (!removed)
                RequireRoot("delete");
            return new ValueTask<bool>(removed);
        }
        catch (Exception failure) when (failure is StorageException or DiskException)
        {
            return ValueTask.FromException<bool>(Named(failure, "delete", key));
        }
    }

    /// <inheritdoc/>
    public ValueTask<ListPage> ListAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<ListPage>(cancellation);
        try
        {
            RequireRoot("list");

            // No key can start with what is no key: such a prefix must not be followed out of the root either.
            int slash = prefix.LastIndexOf('/');
            if (slash == 0 || (slash > 0 && (ObjectKey.Complaint(prefix[..slash]) is not null || ReservedFolder.Holds(prefix))))
                return new ValueTask<ListPage>(new ListPage([], null));
            if (slash > 0)
                _folding.Check(prefix[..slash], "list");
            return new ValueTask<ListPage>(new FolderListing(_writer.Disk, _writer.Root, prefix, after, limit).Run());
        }
        catch (Exception failure) when (failure is StorageException or DiskException)
        {
            return ValueTask.FromException<ListPage>(Named(failure, "list", prefix));
        }
    }

    /// <summary>Closes the lock files. Objects stay.</summary>
    public ValueTask DisposeAsync()
    {
        if (_ownsWriter)
            _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    private static StorageException Exists(string key) => new(StorageErrorKind.PreconditionFailed, "put", key, "the object exists");

    private static StorageException Named(Exception failure, string operation, string key) =>
        failure as StorageException ?? FilesystemFailures.ToStorage((DiskException)failure, operation, ObjectKey.Printable(key));

    private string Put(string key, ReadOnlySpan<byte> content, PutCondition condition)
    {
        string path = PathOf(key, "put");
        if (condition.IsIfAbsent)
        {
            RequireAbsence(path, key);
            return _writer.TryCreate(path, content, out DiskStat created) ? VersionOf(created) : throw Exists(key);
        }

        return VersionOf(_writer.Replace(path, content, CheckOf(path, key, condition)));
    }

    // A first look spares the writing of what cannot stay; the atomic one at the end decides.
    private void RequireAbsence(string path, string key)
    {
        if (_writer.Disk.Stat(path) is { IsFolder: false })
            throw Exists(key);
    }

    private Action? CheckOf(string path, string key, PutCondition condition)
    {
        if (condition.Version is not { } version)
            return null;
        if (!Traits.ConditionalReplace)
            throw new StorageException(StorageErrorKind.Unsupported, "put", key, "this system gives files no versions");
        RequireVersion(path, version, "put", key);
        return () => RequireVersion(path, version, "put", key);
    }

    private void RequireVersion(string path, string version, string operation, string key)
    {
        if (_writer.Disk.Stat(path) is not { IsFolder: false } stat)
            throw new StorageException(StorageErrorKind.PreconditionFailed, operation, key, "there is no such object");
        if (stat.Token != version)
            throw new StorageException(StorageErrorKind.PreconditionFailed, operation, key, $"the object is another version, {stat.Token}");
    }

    private string PathOf(string key, string operation)
    {
        ObjectKey.Check(key, operation);
        if (ReservedFolder.Holds(key))
            throw new StorageException(StorageErrorKind.InvalidName, operation, key, $"'{ReservedFolder.Name}' is kept for the gateway's own files");
        if (OperatingSystem.IsWindows())
            WindowsNames.Check(key, operation);
        _folding.Check(key, operation);
        return $"{_writer.Root}/{key}";
    }

    // Absence is believed only when the folder itself is there: an unmounted one would look like an empty database.
    private void RequireRoot(string operation)
    {
        DiskStat? root = _writer.Disk.Stat(_writer.Root);
        if (root is null)
            throw new StorageException(StorageErrorKind.MissingContainer, operation, _writer.Root, "the folder is not there");
        if (root is { IsFolder: false })
            throw new StorageException(StorageErrorKind.MissingContainer, operation, _writer.Root, "a file stands where the folder should be");
    }

    private ObjectInfo Describe(string key, DiskStat stat) => new(key, stat.Length, VersionOf(stat), stat.Modified);

    private string VersionOf(DiskStat stat) => _writer.Disk.HasIdentity ? stat.Token : "";
}
