namespace FireproofBench.Gateways.Filesystem;

/// <summary>Bytes of a file, and what the file was when they were read.</summary>
/// <param name="Bytes">The bytes.</param>
/// <param name="Stat">The file, from the same opening.</param>
internal readonly record struct DiskContent(byte[] Bytes, DiskStat Stat);
