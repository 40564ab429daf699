using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.History;

/// <summary>What keys have in the tree of a clock, of which shards may have been compacted away.</summary>
/// <param name="shards">Where shards are read; null when it is known that some are gone.</param>
/// <param name="root">The root of the tree.</param>
/// <param name="isCompactedAway">Says whether a shard that is missing was compacted away; null where it cannot have been, as at the present clock.</param>
internal sealed class StandingValues(IShardSource? shards, Cid root, Func<ValueTask<bool>>? isCompactedAway)
{
    private IShardSource? _shards = shards;

    /// <summary>Those of a clock whose tree is gone.</summary>
    public static StandingValues Unknown => new(null, default, null);

    /// <summary>Finds the value of a key.</summary>
    /// <param name="key">The key, which was written.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Null when it is not known any more. After the first such answer no other key is looked for: each would be searched for in every place.</returns>
    /// <exception cref="MissingBlockException">A shard is missing that was not compacted away.</exception>
    public async ValueTask<Cid?> FindAsync(string key, CancellationToken cancellation)
    {
        if (_shards is null)
            return null;
        try
        {
            return await PailTree.GetAsync(_shards, root, key, cancellation);
        }
        catch (MissingBlockException) when (isCompactedAway is not null)
        {
            if (!await isCompactedAway())
                throw;
            _shards = null;
            return null;
        }
    }
}
