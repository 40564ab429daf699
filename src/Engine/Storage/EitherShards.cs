using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Storage;

/// <summary>Shards of two states that are compared: each is in one of the sources.</summary>
internal sealed class EitherShards(IShardSource past, IShardSource present) : IShardSource
{
    /// <inheritdoc/>
    public async ValueTask<Shard> GetAsync(Cid cid, CancellationToken cancellation)
    {
        try
        {
            return await present.GetAsync(cid, cancellation);
        }
        catch (MissingBlockException)
        {
            return await past.GetAsync(cid, cancellation);
        }
    }
}
