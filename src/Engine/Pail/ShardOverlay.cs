using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>Shards that were made but are in no file yet, before those that are.</summary>
/// <param name="below">Where all other shards are read.</param>
public sealed class ShardOverlay(IShardSource below) : IShardSource
{
    private readonly Dictionary<Cid, Shard> _made = [];

    /// <summary>Puts shards in front.</summary>
    public void Add(IEnumerable<Shard> shards)
    {
        foreach (Shard shard in shards)
            _made[shard.Cid] = shard;
    }

    /// <inheritdoc/>
    public ValueTask<Shard> GetAsync(Cid cid, CancellationToken cancellation) =>
        _made.TryGetValue(cid, out Shard? shard) ? ValueTask.FromResult(shard) : below.GetAsync(cid, cancellation);
}
