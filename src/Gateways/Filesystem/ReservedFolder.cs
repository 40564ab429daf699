using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>
/// The one hidden folder that the gateway keeps at its root: temporary files and locks. It stands there, and not among the objects, so that the folders of
/// the format hold nothing but what the format names, so that listings skip one name only, and because a rename must not leave the file system.
/// </summary>
internal static class ReservedFolder
{
    /// <summary>The folder's name. Keys that start with it are refused.</summary>
    public const string Name = ".fireproofbench";

    /// <summary>Where temporary files are.</summary>
    public static string Temporary(string root) => $"{root}/{Name}/tmp";

    /// <summary>Locked (shared) by everybody who may have temporary files; whoever gets it alone may remove what is left there.</summary>
    public static string WritersLock(string root) => $"{root}/{Name}/writers.lock";

    /// <summary>Locked for the moment in which an object gets its name: alone where a version is compared before.</summary>
    public static string NamingLock(string root) => $"{root}/{Name}/naming.lock";

    /// <summary>Locked while the heads are read, changed and replaced.</summary>
    public static string MetaLock(string root) => $"{root}/{Name}/meta.lock";

    /// <summary>Locked for the time of a commit.</summary>
    public static string CommitLock(string root) => $"{root}/{Name}/commit.lock";

    /// <summary>Whether a key names something in here. On a file system that ignores case, another spelling would too.</summary>
    public static bool Holds(string key) =>
        key.StartsWith(Name, StringComparison.OrdinalIgnoreCase) && (key.Length == Name.Length || key[Name.Length] == '/');

    /// <summary>Makes the folder and the one for temporary files, under a root that must be there.</summary>
    /// <exception cref="StorageException">MissingContainer when the root is not there.</exception>
    public static void Make(IDisk disk, string root, bool ownerOnly)
    {
        try
        {
            _ = disk.MakeFolder($"{root}/{Name}", ownerOnly);
            _ = disk.MakeFolder(Temporary(root), ownerOnly);
        }
        catch (DiskException failure) when (failure.Failure == DiskFailure.Missing)
        {
            throw new StorageException(StorageErrorKind.MissingContainer, "open", root, "the folder is not there", failure);
        }
    }

    /// <summary>Removes the folder when nobody is writing below the root and nothing is in it that has to stay. False when it stays, or was not there.</summary>
    public static bool TryRemove(IDisk disk, string root)
    {
        string folder = $"{root}/{Name}";
        if (disk.Stat(folder) is not { IsFolder: true })
            return false;
        try
        {
            using (IDiskLock writers = disk.OpenLock(WritersLock(root)))
            {
                // Every writer shares this lock for as long as it lives: alone under it, the other locks are held by nobody.
                if (!writers.TryLock(exclusive: true) || (disk.Stat(Temporary(root)) is not null && !disk.RemoveEmptyFolder(Temporary(root))))
                    return false;
                foreach (string file in (string[])[NamingLock(root), MetaLock(root), CommitLock(root)])
                    _ = disk.Unlink(file);
                if (!OperatingSystem.IsWindows())
                    _ = disk.Unlink(WritersLock(root));
            }

            // There, a file that is open cannot be removed.
            if (OperatingSystem.IsWindows())
                _ = disk.Unlink(WritersLock(root));
            return disk.RemoveEmptyFolder(folder);
        }
        catch (DiskException)
        {
            return false;
        }
    }
}
