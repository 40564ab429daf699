using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>Where shards are read from. The answer is complete at once when the shard is in memory.</summary>
public interface IShardSource
{
    /// <summary>Reads a shard.</summary>
    /// <exception cref="MissingBlockException">No file that is known holds it.</exception>
    /// <exception cref="MalformedBlockException">The block is not a shard.</exception>
    ValueTask<Shard> GetAsync(Cid cid, CancellationToken cancellation);
}
