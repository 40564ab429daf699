namespace FireproofBench.Gateways.Filesystem;

/// <summary>The few things that the filesystem gateway asks of a disk. The real one is <see cref="PhysicalDisk"/>; a simulated one can lose and tear what was not synced.</summary>
/// <remarks>
/// Calls block for the time of the system call: for small files that is less than handing them to another thread. Paths are absolute. Every failure is a
/// <see cref="DiskException"/>; absence is a value where a caller expects it.
/// </remarks>
internal interface IDisk
{
    /// <summary>Whether a stat carries the file's identity and a time finer than a microsecond, so that it tells one content from the next.</summary>
    bool HasIdentity { get; }

    /// <summary>Creates a file that must not exist, open for writing.</summary>
    /// <param name="path">Where.</param>
    /// <param name="ownerOnly">Whether nobody but the owner may read it (mode 0600).</param>
    IDiskFile CreateFile(string path, bool ownerOnly);

    /// <summary>Opens a file that is there for writing it anew; null when it is not there, or has a second name (a backup by hard links must not change).</summary>
    IDiskFile? ReopenFile(string path);

    /// <summary>Lets two files change names. Atomic; false when one is missing or the system has no such call, and nothing has changed then.</summary>
    bool TryExchange(string left, string right);

    /// <summary>Gives a file another name, in place of what had it. Atomic.</summary>
    void Rename(string from, string to);

    /// <summary>Gives a file a second name. Atomic; false when something has that name.</summary>
    bool TryLink(string from, string to);

    /// <summary>Waits until the folder's names are on the medium. Does nothing where the system has no such call (Windows).</summary>
    void SyncFolder(string path);

    /// <summary>Reads a part of a file, and what the file was at that moment, through one open file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">First byte.</param>
    /// <param name="length">How many bytes at the most; cut at the file's end.</param>
    /// <param name="limit">How many bytes may be allocated: beyond it TooLarge.</param>
    /// <returns>Null when there is no such file, or it is a folder.</returns>
    DiskContent? Read(string path, long offset, long length, int limit);

    /// <summary>What stands under a path; null when nothing does.</summary>
    DiskStat? Stat(string path);

    /// <summary>Removes a file. False when there was none, or it is a folder.</summary>
    bool Unlink(string path);

    /// <summary>Shows every name in a folder, in no order. False when there is no such folder.</summary>
    bool List(string path, DiskEntryVisitor visitor);

    /// <summary>Makes one folder. False when something has that name.</summary>
    /// <param name="path">Where; its parent must exist.</param>
    /// <param name="ownerOnly">Whether nobody but the owner may enter it (mode 0700).</param>
    bool MakeFolder(string path, bool ownerOnly);

    /// <summary>Removes a folder when it is empty; else false.</summary>
    bool RemoveEmptyFolder(string path);

    /// <summary>Opens a file that serves as a lock, and creates it when it is not there. It is not locked yet.</summary>
    IDiskLock OpenLock(string path);
}
