using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Storage;

/// <summary>
/// Shards and blocks for a walk that another process may compact under: where one is missing, the newest heads are looked at, whose files have what is still in
/// use of the state that the walk began with.
/// </summary>
/// <param name="shards">The shards of that state.</param>
/// <param name="blocks">All blocks.</param>
/// <param name="refresh">Looks at the newest heads, and tells whether they are others than the walk began with.</param>
internal sealed class PresentShards(IShardSource shards, IBlockSource blocks, Func<CancellationToken, ValueTask<bool>> refresh) : IShardSource, IBlockSource
{
    /// <inheritdoc/>
    ValueTask<Shard> IShardSource.GetAsync(Cid cid, CancellationToken cancellation)
    {
        ValueTask<Shard> shard = shards.GetAsync(cid, cancellation);
        return shard.IsCompletedSuccessfully ? shard : WaitAsync();

        async ValueTask<Shard> WaitAsync()
        {
            try
            {
                return await shard;
            }
            catch (Exception e) when (Ledger.MayBeOutdated(e))
            {
                if (!await refresh(cancellation))
                    throw;
                return await shards.GetAsync(cid, cancellation);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(Cid cid, CancellationToken cancellation)
    {
        try
        {
            return await blocks.GetAsync(cid, cancellation);
        }
        catch (Exception e) when (Ledger.MayBeOutdated(e))
        {
            if (!await refresh(cancellation))
                throw;
            return await blocks.GetAsync(cid, cancellation);
        }
    }
}
