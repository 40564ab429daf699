namespace FireproofBench.Gateways.Filesystem;

/// <summary>What a disk says of a path.</summary>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="ModifiedTicks">Time of the last change of content: UTC, in units of 100 ns since year 1.</param>
/// <param name="ModifiedRest">What that unit leaves over, in ns (0 to 99).</param>
/// <param name="ChangedNanoseconds">Time of the last change of anything, in ns since 1970; 0 where the disk does not tell. Nobody can set it.</param>
/// <param name="Device">The file system; 0 where the disk does not tell.</param>
/// <param name="Inode">The file within it; 0 where the disk does not tell. Numbers are used again once a file is gone.</param>
internal readonly record struct DiskStat(
    bool IsFolder, long Length, long ModifiedTicks, int ModifiedRest, long ChangedNanoseconds, ulong Device, ulong Inode)
{
    /// <summary>The time of the last change of content.</summary>
    public DateTimeOffset Modified => new(ModifiedTicks, TimeSpan.Zero);

    /// <summary>
    /// A token that changes with the content: file, time and length. A file number can come again, yet only after the former file is gone; the new
    /// file is stamped after it was made, by the same clock, several system calls later: so number, time and length never all come again.
    /// </summary>
    public string Token => string.Create(null, stackalloc char[64], $"{Inode:x}-{ModifiedTicks:x}{ModifiedRest:x2}-{Length:x}");
}
