namespace FireproofBench.Gateways.Filesystem;

/// <summary>The ways in which a disk refuses, one for each that the gateway treats in its own way.</summary>
internal enum DiskFailure
{
    /// <summary>The file, or a folder on the way to it, is not there.</summary>
    Missing,

    /// <summary>The name is taken.</summary>
    Exists,

    /// <summary>A folder on the way is a file.</summary>
    NotFolder,

    /// <summary>A folder stands where a file was meant.</summary>
    IsFolder,

    /// <summary>The folder is not empty.</summary>
    NotEmpty,

    /// <summary>No permission.</summary>
    Denied,

    /// <summary>The file system is mounted for reading only.</summary>
    ReadOnly,

    /// <summary>No room, or a quota is reached.</summary>
    NoSpace,

    /// <summary>A name or the whole path is longer than the file system takes, or holds a character that it does not.</summary>
    BadName,

    /// <summary>The file is longer than the caller takes, or than the file system allows.</summary>
    TooLarge,

    /// <summary>The file ended before its announced length: somebody shortened it while it was read.</summary>
    Shortened,

    /// <summary>The two paths are on different file systems.</summary>
    OtherDevice,

    /// <summary>Too many open files, or an interrupted or timed-out call.</summary>
    Passing,

    /// <summary>The file system has no such operation (locks, hard links).</summary>
    Unsupported,

    /// <summary>The medium failed.</summary>
    Medium,

    /// <summary>Anything else.</summary>
    Other,
}
