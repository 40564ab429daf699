using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>Sums changes that follow one another: shards that were made and dropped on the way are in neither list.</summary>
internal sealed class PailAccumulator
{
    private readonly ShardOverlay _shards;
    private readonly Dictionary<Cid, Shard> _additions = [];
    private readonly List<Cid> _order = [];
    private readonly HashSet<Cid> _removals = [];
    private readonly Dictionary<Cid, Shard> _recurring = [];

    public PailAccumulator(IShardSource shards, Cid root)
    {
        _shards = new ShardOverlay(shards);
        Root = root;
    }

    /// <summary>The shards below and those made so far.</summary>
    public IShardSource Shards => _shards;

    /// <summary>The root after the changes so far.</summary>
    public Cid Root { get; private set; }

    /// <summary>Adds the next change, which starts from <see cref="Root"/>.</summary>
    public void Add(PailChange change)
    {
        foreach (Shard shard in change.Recurring)
            _recurring[shard.Cid] = shard;
        foreach (Shard shard in change.Additions)
        {
            // A shard from before that was dropped and is made again is live again.
            if (_removals.Remove(shard.Cid))
                _recurring[shard.Cid] = shard;
            else if (_additions.TryAdd(shard.Cid, shard))
                _order.Add(shard.Cid);
        }

        foreach (Cid removed in change.Removals)
        {
            _recurring.Remove(removed);
            if (!_additions.Remove(removed))
                _removals.Add(removed);
        }

        _shards.Add(change.Recurring);
        _shards.Add(change.Additions);
        Root = change.Root;
    }

    /// <summary>The sum, additions in the order in which they were first made.</summary>
    public PailChange ToChange()
    {
        var additions = new List<Shard>(_additions.Count);
        foreach (Cid cid in _order)
        {
            if (_additions.Remove(cid, out Shard? shard))
                additions.Add(shard);
        }

        return new PailChange(Root, additions, [.. _removals]) { Recurring = [.. _recurring.Values] };
    }
}
