using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Simulation.Disks;

/// <summary>A file of a simulated disk that is open for writing.</summary>
/// <param name="disk">The disk.</param>
/// <param name="path">The name by which it was opened, for messages.</param>
/// <param name="content">What it holds.</param>
internal sealed class SimulatedFile(SimulatedDisk disk, string path, SimulatedContent content) : IDiskFile
{
    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes) => disk.Write(path, content, bytes, isWhole: true);

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes) => disk.Write(path, content, bytes, isWhole: false);

    /// <inheritdoc/>
    public DiskStat Stamp(long ticks) => disk.Stamp(path, content, ticks);

    /// <inheritdoc/>
    public void Sync() => disk.Sync(path, content);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held open.
    }
}
