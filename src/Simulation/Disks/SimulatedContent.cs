using FireproofBench.Gateways.Filesystem;

namespace FireproofBench.Simulation.Disks;

/// <summary>What a file of a simulated disk holds, whatever names it has.</summary>
/// <param name="number">Its number on the disk.</param>
internal sealed class SimulatedContent(long number)
{
    private byte[] _synced = [];
    private long _modified;
    private long _changed;
    private bool _isSynced;

    /// <summary>The content as it is read.</summary>
    public byte[] Bytes { get; private set; } = [];

    /// <summary>What the disk says of it.</summary>
    public DiskStat Stat => new(false, Bytes.Length, _modified, 0, _changed, 1, (ulong)number);

    /// <summary>Replaces the content, or adds to it.</summary>
    public void Write(ReadOnlySpan<byte> bytes, bool isWhole, long now)
    {
        Bytes = isWhole ? bytes.ToArray() : [.. Bytes, .. bytes];
        _changed = now;
        _isSynced = false;
    }

    /// <summary>Sets the time of the last change.</summary>
    public void Stamp(long ticks, long now)
    {
        _modified = ticks;
        _changed = now;
    }

    /// <summary>Makes the content stay.</summary>
    public void Sync()
    {
        _synced = Bytes;
        _isSynced = true;
    }

    /// <summary>What is found after the power was cut.</summary>
    public SimulatedContent AfterPowerCut(LostContent contents)
    {
        byte[] left = _isSynced ? Bytes : contents switch
        {
            LostContent.All => _synced,
            LostContent.Half => Bytes[..(Bytes.Length / 2)],
            _ => Bytes,
        };
        return new SimulatedContent(number) { Bytes = left, _synced = left, _isSynced = true, _modified = _modified, _changed = _changed };
    }
}
