using FireproofBench.Engine.Blocks;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Files that were seen to be there not long ago. Two generations, of which the older is dropped when the younger is full: what is dropped is looked for again.</summary>
internal sealed class RecentFiles
{
    private const int Least = 256;

    private readonly Lock _gate = new();
    private HashSet<Cid> _young = [];
    private HashSet<Cid> _old = [];
    private int _capacity = Least;

    /// <summary>So many files are about to be looked for, and will be again: a generation has room for twice as many.</summary>
    public void Reserve(int files)
    {
        lock (_gate)
            _capacity = Math.Max(_capacity, 2 * files);
    }

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
        if (!_young.Add(file) || _young.Count < _capacity)
            return;
        (_old, _young) = (_young, _old);
        _young.Clear();
    }
}
