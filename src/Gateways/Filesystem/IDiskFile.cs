namespace FireproofBench.Gateways.Filesystem;

/// <summary>A file that is open for writing.</summary>
internal interface IDiskFile : IDisposable
{
    /// <summary>Makes these bytes the whole content. Only as the first call.</summary>
    void Write(ReadOnlySpan<byte> content);

    /// <summary>Adds bytes behind those that were written. Only for a file that was created.</summary>
    void Append(ReadOnlySpan<byte> content);

    /// <summary>Sets the time of the last change, and tells what the file is then. A file system that rounds times shows it in the answer.</summary>
    /// <param name="ticks">UTC, in units of 100 ns since year 1.</param>
    DiskStat Stamp(long ticks);

    /// <summary>Waits until the content is on the medium.</summary>
    void Sync();
}
