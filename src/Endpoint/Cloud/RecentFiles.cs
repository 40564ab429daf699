using FireproofBench.Engine.Blocks;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Files that were seen to be there not long ago. Two generations, of which the older is dropped when the younger is full: what is dropped is looked for again.</summary>
/// <param name="capacity">How many files one generation has.</param>
internal sealed class RecentFiles(int capacity)
{
    private readonly Lock _gate = new();
    private HashSet<Cid> _young = [];
    private HashSet<Cid> _old = [];

    /// <summary>Whether a file is among them.</summary>
    public bool Contains(Cid file)
    {
        lock (_gate)
        {
            if (_young.Contains(file))
                return true;
            if (!_old.Contains(file))
                return false;
            Put(file);
            return true;
        }
    }

    /// <summary>A file is there.</summary>
    public void Add(Cid file)
    {
        lock (_gate)
            Put(file);
    }

    /// <summary>A file is gone.</summary>
    public void Remove(Cid file)
    {
        lock (_gate)
        {
            _ = _young.Remove(file);
            _ = _old.Remove(file);
        }
    }

    private void Put(Cid file)
    {
        if (!_young.Add(file) || _young.Count < capacity)
            return;
        (_old, _young) = (_young, _old);
        _young.Clear();
    }
}
