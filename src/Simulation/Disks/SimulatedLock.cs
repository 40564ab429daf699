using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Simulation.Disks;

/// <summary>A lock of a simulated disk, which one process has to itself: it is always free.</summary>
internal sealed class SimulatedLock : IDiskLock
{
    /// <inheritdoc/>
    public bool IsCurrent => true;

    /// <inheritdoc/>
    public bool TryLock(bool exclusive) => true;

    /// <inheritdoc/>
    public void Lock(bool exclusive)
    {
        // Always free.
    }

    /// <inheritdoc/>
    public void Unlock()
    {
        // Always free.
    }

    /// <inheritdoc/>
    public void WriteText(string text)
    {
        // Nobody else reads it.
    }

    /// <inheritdoc/>
    public string ReadText() => "";

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held open.
    }
}
