using System.Collections.Concurrent;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>
/// Writes files whole into a folder tree: temporary file, content, sync, name, sync of the folder. A crash leaves the old file or the new one, and at worst
/// a temporary file that nobody sees and the next writer that is alone removes.
/// </summary>
internal sealed class FolderWriter : IDisposable
{
    // A folder can vanish between its making and the rename only when somebody removes folders by hand.
    private const int MaxAttempts = 4;

    private const int MaxRemembered = 1024;

    private readonly GatewayOptions _options;
    private readonly bool _ownerOnly;
    private readonly DiskSection _naming;
    private readonly ConcurrentDictionary<string, bool> _synced = new(StringComparer.Ordinal);

    public FolderWriter(IDisk disk, string root, GatewayOptions options, bool ownerOnly = false)
    {
        Disk = disk;
        Root = root;
        _options = options;
        _ownerOnly = ownerOnly;
        Temporaries = new TemporaryFiles(disk, root, options, ownerOnly);
        _naming = new DiskSection(disk, ReservedFolder.NamingLock(root), Temporaries.Start);
    }

    /// <summary>The disk below.</summary>
    public IDisk Disk { get; }

    /// <summary>The folder, without a slash at its end.</summary>
    public string Root { get; }

    /// <summary>The files that are being written.</summary>
    public TemporaryFiles Temporaries { get; }

    /// <summary>Whether an acknowledgement means that the medium has it.</summary>
    public bool Syncs => _options.Durability == Durability.Fsync;

    /// <summary>Puts a file in place of what has its name.</summary>
    /// <param name="path">Where, below the root; missing folders on the way are made.</param>
    /// <param name="content">All of it.</param>
    /// <param name="check">
    /// Looks at what is there, with every other writer kept out, and throws when it must stay; null when nothing has to hold.
    /// </param>
    /// <returns>What the new file is.</returns>
    public DiskStat Replace(string path, ReadOnlySpan<byte> content, Action? check = null)
    {
        string temporary = Temporaries.Write(content, versioned: check is not null, out DiskStat written);
        Place(path, temporary, check);
        return written;
    }

    /// <summary>As for bytes in memory, from a source that is read piece by piece.</summary>
    public async ValueTask<DiskStat> ReplaceAsync(string path, ContentSource content, string key, Action? check, CancellationToken cancellation)
    {
        (string temporary, DiskStat written) = await Temporaries.WriteAsync(content, key, versioned: check is not null, cancellation);
        Place(path, temporary, check);
        return written;
    }

    /// <summary>Puts a file where nothing is. False when something is there; atomic among any number of callers.</summary>
    public bool TryCreate(string path, ReadOnlySpan<byte> content, out DiskStat written) =>
        TryPlace(path, Temporaries.Write(content, versioned: false, out written));

    /// <summary>As for bytes in memory, from a source that is read piece by piece. Null when something is there.</summary>
    public async ValueTask<DiskStat?> TryCreateAsync(string path, ContentSource content, string key, CancellationToken cancellation)
    {
        (string temporary, DiskStat written) = await Temporaries.WriteAsync(content, key, versioned: false, cancellation);
        return TryPlace(path, temporary) ? written : null;
    }

    /// <summary>Removes a file. False when there was none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="check">As for <see cref="Replace"/>; throws when the file must stay.</param>
    public bool Remove(string path, Action? check = null)
    {
        bool removed;
        using (_naming.Enter(check is not null))
        {
            check?.Invoke();
            removed = Temporaries.Free(path);
        }

        if (removed)
            SyncParent(path);
        return removed;
    }

    /// <summary>Gives a temporary file its name, in place of what has it. Nothing is synced.</summary>
    public void MoveTo(string path, string temporary) => Retrying(path, () => Disk.Rename(temporary, path));

    /// <summary>Makes a folder below the root and those on the way to it. They are synced with the first file that is written there.</summary>
    public void MakeFolders(string path)
    {
        if (path.Length <= Root.Length)
        {
            if (Disk.Stat(Root) is null)
                throw new StorageException(StorageErrorKind.MissingContainer, "open", Root, "the folder is not there");
            return;
        }

        try
        {
            _ = Disk.MakeFolder(path, _ownerOnly);
        }
        catch (DiskException failure) when (failure.Failure == DiskFailure.Missing)
        {
            MakeFolders(ParentOf(path));
            _ = Disk.MakeFolder(path, _ownerOnly);
        }
    }

    /// <summary>Makes the root and the folders on the way to it, where they are not there. Its name is on the medium after that, where an acknowledgement means that.</summary>
    /// <exception cref="DiskException">A file stands in the way, or the disk refuses.</exception>
    public void MakeRoot()
    {
        MakeWithParents(Root, _ownerOnly);
        if (!Syncs)
            return;

        // Another process may have made one of those above, a moment ago or before it died, and not synced its name.
        for (string above = AboveOf(Root); above.Length > 1; above = AboveOf(above))
        {
            try
            {
                Disk.SyncFolder(AboveOf(above));
            }
            catch (DiskException)
            {
                // One of somebody else may not be opened for it.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Temporaries.Dispose();
        _naming.Dispose();
    }

    private static string ParentOf(string path) => path[..path.LastIndexOf('/')];

    // Folders above the root are everybody's, as those of a home folder usually are.
    private void MakeWithParents(string folder, bool ownerOnly)
    {
        string parent = AboveOf(folder);
        bool made = Disk.Stat(folder) is not { IsFolder: true } && MakeIn(parent, folder, ownerOnly, hasAbove: parent.Length > 1);
        if (!Syncs)
            return;
        try
        {
            Disk.SyncFolder(parent);
        }
        catch (DiskException) when (!made)
        {
            // Whoever made it synced it, or died before that; a folder of somebody else may not be opened for it.
        }
    }

    private static string AboveOf(string folder) => folder.LastIndexOf('/') is var slash && slash > 0 ? folder[..slash] : "/";

    private bool MakeIn(string parent, string folder, bool ownerOnly, bool hasAbove)
    {
        bool made;
        try
        {
            made = Disk.MakeFolder(folder, ownerOnly);
        }
        catch (DiskException failure) when (failure.Failure == DiskFailure.Missing && hasAbove)
        {
            MakeWithParents(parent, ownerOnly: false);
            made = Disk.MakeFolder(folder, ownerOnly);
        }

        // Another process may have made it meanwhile.
        return made || Disk.Stat(folder) is { IsFolder: true } ? made : throw new DiskException(DiskFailure.NotFolder, folder, "it is a file");
    }

    private void Place(string path, string temporary, Action? check)
    {
        try
        {
            Name(path, check is not null, () =>
            {
                check?.Invoke();
                Disk.Rename(temporary, path);
            });
        }
        catch
        {
            Temporaries.Remove(temporary);
            throw;
        }

        SyncParent(path);
    }

    private bool TryPlace(string path, string temporary)
    {
        bool created = false;
        try
        {
            created = LinkNew(temporary, path);
        }
        finally
        {
            Temporaries.Remove(temporary);
        }

        if (created)
            SyncParent(path);
        return created;
    }

    private bool LinkNew(string temporary, string path)
    {
        bool linked = false;
        try
        {
            // The system call is atomic by itself, so nobody has to be kept out.
            Retrying(path, () => linked = Disk.TryLink(temporary, path));
        }
        catch (DiskException failure) when (failure.Failure is DiskFailure.Unsupported or DiskFailure.Denied)
        {
            // A file system without hard links: look, then rename, with everybody else kept out.
            Name(path, exclusive: true, () =>
            {
                linked = Disk.Stat(path) is null;
                if (linked)
                    Disk.Rename(temporary, path);
            });
            return linked;
        }

        if (linked || Disk.Stat(path) is not { IsFolder: true })
            return linked;
        RemoveEmptyFolders(path);
        return Disk.TryLink(temporary, path) || (Disk.Stat(path) is { IsFolder: true } ? throw IsFolder(path) : false);
    }

    private void Name(string path, bool exclusive, Action act) => Retrying(path, () =>
    {
        using (_naming.Enter(exclusive))
            act();
    });

    private void Retrying(string path, Action act)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                act();
                return;
            }
            catch (DiskException failure) when (attempt < MaxAttempts && failure.Failure == DiskFailure.Missing)
            {
                MakeFolders(ParentOf(path));
            }
            catch (DiskException failure)
                when (attempt < MaxAttempts && failure.Failure is DiskFailure.IsFolder or DiskFailure.Exists or DiskFailure.NotEmpty)
            {
                // Deletes leave folders behind, so that no put into them can fail: an empty one gives way to a file of its name.
                if (!RemoveEmptyFolders(path))
                    throw IsFolder(path);
            }
        }
    }

    private bool RemoveEmptyFolders(string path)
    {
        List<string> below = [];
        _ = Disk.List(path, (name, isFolder) =>
        {
            if (isFolder)
                below.Add(name.ToString());
        });
        foreach (string name in below)
            _ = RemoveEmptyFolders($"{path}/{name}");
        return Disk.RemoveEmptyFolder(path);
    }

    private void SyncParent(string path)
    {
        if (!Syncs)
            return;
        string folder = ParentOf(path);
        try
        {
            Disk.SyncFolder(folder);

            // Whoever made the folders above may not have synced them yet, so the first write into a folder does.
            if (folder.Length <= Root.Length || _synced.ContainsKey(folder))
                return;
            for (string above = folder; above.Length > Root.Length;)
                Disk.SyncFolder(above = ParentOf(above));
            if (_synced.Count >= MaxRemembered)
                _synced.Clear();
            _ = _synced.TryAdd(folder, true);
        }
        catch (DiskException failure)
        {
            throw FilesystemFailures.NotSynced(failure, "sync", path);
        }
    }

    private static DiskException IsFolder(string path) => new(DiskFailure.IsFolder, path, "it is not empty");
}
