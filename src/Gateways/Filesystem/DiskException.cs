namespace FireproofBench.Gateways.Filesystem;

/// <summary>A disk refused. Never leaves the gateway: <see cref="FilesystemFailures"/> makes a storage exception of it.</summary>
/// <param name="failure">How.</param>
/// <param name="path">Where.</param>
/// <param name="message">The system's own words.</param>
/// <param name="cause">The exception of the runtime, when there was one.</param>
internal sealed class DiskException(DiskFailure failure, string path, string message, Exception? cause = null) : IOException(message, cause)
{
    /// <summary>How the disk refused.</summary>
    public DiskFailure Failure { get; } = failure;

    /// <summary>Where.</summary>
    public string Path { get; } = path;
}
