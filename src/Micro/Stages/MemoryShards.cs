using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Micro.Stages;

/// <summary>Decoded shards in memory, as a database has those that it used last.</summary>
internal sealed class MemoryShards : IShardSource
{
    private readonly Dictionary<Cid, Shard> _shards = new() { [Shard.Empty.Cid] = Shard.Empty };

    /// <summary>Adds what a change made.</summary>
    public void Add(PailChange change)
    {
        foreach (Shard shard in change.Additions)
            _shards[shard.Cid] = shard;
    }

    /// <inheritdoc/>
    public ValueTask<Shard> GetAsync(Cid cid, CancellationToken cancellation) =>
        _shards.TryGetValue(cid, out Shard? shard) ? ValueTask.FromResult(shard) : throw new MissingBlockException(cid, "nobody added it");
}
