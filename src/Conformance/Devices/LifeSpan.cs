using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Devices;

/// <summary>How many calls a process makes before it dies. What it would have done after that stays undone, and every later call of it fails.</summary>
/// <param name="calls">How many.</param>
internal sealed class LifeSpan(long calls)
{
    private long _made;

    /// <summary>The calls that were made.</summary>
    public long Made => Math.Min(Interlocked.Read(ref _made), calls);

    /// <summary>Whether the process is dead.</summary>
    public bool IsOver => Interlocked.Read(ref _made) > calls;

    /// <summary>Begins a call.</summary>
    /// <exception cref="StorageException">The process is dead.</exception>
    public void Spend(string operation, string key)
    {
        if (Interlocked.Increment(ref _made) > calls)
            throw new StorageException(StorageErrorKind.Permanent, operation, key, "the process died before this call, on purpose");
    }
}
