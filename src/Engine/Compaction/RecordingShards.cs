using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Compaction;

/// <summary>Notes which shards were read.</summary>
/// <param name="below">Where they are read.</param>
internal sealed class RecordingShards(IShardSource below) : IShardSource
{
    private readonly List<Shard> _read = [];

    /// <summary>The shards that were read, in order, some more than once.</summary>
    public IReadOnlyList<Shard> Read => _read;

    /// <inheritdoc/>
    public async ValueTask<Shard> GetAsync(Cid cid, CancellationToken cancellation)
    {
        Shard shard = await below.GetAsync(cid, cancellation);
        _read.Add(shard);
        return shard;
    }
}
