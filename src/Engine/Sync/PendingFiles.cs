using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Sync;

/// <summary>Files that wait to be sent, each until it is at the remote, and their length together. Safe for concurrent use.</summary>
internal sealed class PendingFiles
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Cid, long> _lengths = [];
    private long _bytes;

    /// <summary>How many wait, and their length in bytes.</summary>
    public (int Files, long Bytes) Total
    {
        get
        {
            lock (_gate)
                return (_lengths.Count, _bytes);
        }
    }

    /// <summary>Those that wait at the moment.</summary>
    public IReadOnlyList<Cid> All
    {
        get
        {
            lock (_gate)
                return [.. _lengths.Keys];
        }
    }

    /// <summary>One more waits. Nothing happens when it does already.</summary>
    public void Add(Cid file, long length)
    {
        lock (_gate)
        {
            if (_lengths.TryAdd(file, length))
                _bytes += length;
        }
    }

    /// <summary>It is at the remote. Nothing happens when it did not wait.</summary>
    public void Remove(Cid file)
    {
        lock (_gate)
        {
            if (_lengths.Remove(file, out long length))
                _bytes -= length;
        }
    }
}
