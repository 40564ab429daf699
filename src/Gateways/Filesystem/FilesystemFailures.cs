using System.Runtime.InteropServices;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Filesystem;

/// <summary>The one place where failures are mapped: from errno and runtime exceptions to <see cref="DiskFailure"/>, and from there to <see cref="StorageErrorKind"/>.</summary>
internal static class FilesystemFailures
{
    /// <summary>The failure that the last native call left behind.</summary>
    public static DiskException FromErrno(int errno, string path) => new(Classify(errno), path, Marshal.GetPInvokeErrorMessage(errno));

    /// <summary>The failure that a runtime exception stands for. On Unix the runtime keeps the errno as the result code.</summary>
    public static DiskException FromException(Exception exception, string path) => exception switch
    {
        DiskException known => known,
        FileNotFoundException or DirectoryNotFoundException => new(DiskFailure.Missing, path, exception.Message, exception),
        PathTooLongException => new(DiskFailure.BadName, path, exception.Message, exception),
        UnauthorizedAccessException { InnerException: IOException inner } when !OperatingSystem.IsWindows() =>
            new(Classify(inner.HResult), path, exception.Message, exception),
        UnauthorizedAccessException => new(DiskFailure.Denied, path, exception.Message, exception),
        _ => new(OperatingSystem.IsWindows() ? ClassifyWindows(exception.HResult) : Classify(exception.HResult), path, exception.Message, exception),
    };

    /// <summary>Whether the exception is one that the runtime throws for a file.</summary>
    public static bool IsFileFailure(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>What the caller of the port is told.</summary>
    /// <param name="failure">The disk's refusal.</param>
    /// <param name="operation">The call: put, get…</param>
    /// <param name="key">The key; empty when the call has none, then the path stands in.</param>
    public static StorageException ToStorage(DiskException failure, string operation, string key)
    {
        (StorageErrorKind kind, string reason) = failure.Failure switch
        {
            DiskFailure.Missing => (StorageErrorKind.MissingContainer, "the folder is not there"),
            DiskFailure.Exists => (StorageErrorKind.Conflict, "the name is taken"),
            DiskFailure.NotFolder => (StorageErrorKind.InvalidName, "a file stands where a folder should be"),
            DiskFailure.IsFolder or DiskFailure.NotEmpty => (StorageErrorKind.InvalidName, "a folder stands where a file should be"),
            DiskFailure.Denied => (StorageErrorKind.NotAuthorized, "no permission"),
            DiskFailure.ReadOnly => (StorageErrorKind.Permanent, "the file system is mounted for reading only"),
            DiskFailure.NoSpace => (StorageErrorKind.NoSpace, "the disk or a quota is full"),
            DiskFailure.BadName => (StorageErrorKind.InvalidName, "the file system does not take this name"),
            DiskFailure.TooLarge => (StorageErrorKind.Permanent, "the file is too large"),
            DiskFailure.Shortened => (StorageErrorKind.Transient, "the file was shortened while it was read"),
            DiskFailure.OtherDevice => (StorageErrorKind.Permanent, "the folder is spread over two file systems, so no file can be replaced whole"),
            DiskFailure.Passing => (StorageErrorKind.Transient, "the system refused for now"),
            DiskFailure.Unsupported => (StorageErrorKind.Unsupported, "the file system has no such operation"),
            DiskFailure.Medium => (StorageErrorKind.Permanent, "the medium failed"),
            _ => (StorageErrorKind.Permanent, "the system refused"),
        };
        return new StorageException(kind, operation, key.Length == 0 ? failure.Path : key, $"{reason}: {failure.Path} ({failure.Message})", failure);
    }

    /// <summary>A file got its name, but the folder could not be synced after: it may or may not survive power loss.</summary>
    public static StorageException NotSynced(DiskException failure, string operation, string key) => new(
        StorageErrorKind.Ambiguous, operation, key, $"written, but the folder could not be synced: {failure.Path} ({failure.Message})", failure);

    // The numbers below 35 are the same on Linux and macOS; the others are named for each.
    private static DiskFailure Classify(int errno) => errno switch
    {
        2 => DiskFailure.Missing,
        17 => DiskFailure.Exists,
        20 => DiskFailure.NotFolder,
        21 => DiskFailure.IsFolder,
        1 or 13 => DiskFailure.Denied,
        30 => DiskFailure.ReadOnly,
        28 => DiskFailure.NoSpace,
        27 => DiskFailure.TooLarge,
        18 => DiskFailure.OtherDevice,
        4 or 16 or 23 or 24 => DiskFailure.Passing,
        5 => DiskFailure.Medium,
        22 or 31 => DiskFailure.Other,
        _ => OperatingSystem.IsLinux() ? ClassifyLinux(errno) : ClassifyMac(errno),
    };

    private static DiskFailure ClassifyLinux(int errno) => errno switch
    {
        36 or 84 => DiskFailure.BadName,
        39 => DiskFailure.NotEmpty,
        122 => DiskFailure.NoSpace,
        11 or 110 or 116 => DiskFailure.Passing,
        37 or 38 or 95 => DiskFailure.Unsupported,
        _ => DiskFailure.Other,
    };

    private static DiskFailure ClassifyMac(int errno) => errno switch
    {
        63 or 92 => DiskFailure.BadName,
        66 => DiskFailure.NotEmpty,
        69 => DiskFailure.NoSpace,
        35 or 60 or 70 => DiskFailure.Passing,
        45 or 77 or 78 or 102 => DiskFailure.Unsupported,
        _ => DiskFailure.Other,
    };

    // Result codes of the runtime on Windows: 0x8007 and the system's error number.
    private static DiskFailure ClassifyWindows(int result) => (result & 0xffff) switch
    {
        2 or 3 => DiskFailure.Missing,
        80 or 183 => DiskFailure.Exists,
        5 => DiskFailure.Denied,
        19 => DiskFailure.ReadOnly,
        39 or 112 => DiskFailure.NoSpace,
        123 or 206 => DiskFailure.BadName,
        145 => DiskFailure.NotEmpty,
        267 => DiskFailure.NotFolder,
        17 => DiskFailure.OtherDevice,
        4 or 32 or 33 => DiskFailure.Passing,
        _ => DiskFailure.Other,
    };
}
