using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Properties.Pail;

/// <summary>Shards in memory as blocks: every read decodes, so what was written is what is read.</summary>
internal sealed class ShardShelf : IShardSource
{
    private readonly Dictionary<Cid, Block> _blocks = new() { [Shard.Empty.Cid] = Shard.Empty.Block };

    public int Reads { get; private set; }

    public void Add(IEnumerable<Shard> shards)
    {
        foreach (Shard shard in shards)
            _blocks[shard.Cid] = shard.Block;
    }

    public ValueTask<Shard> GetAsync(Cid cid, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Reads++;
        return ValueTask.FromResult(Shard.Read(_blocks.TryGetValue(cid, out Block block) ? block : throw new MissingBlockException(cid, "not on the shelf")));
    }

    /// <summary>All shards that a root reaches, itself included.</summary>
    public async Task<HashSet<Cid>> ReachAsync(Cid root)
    {
        var reached = new HashSet<Cid>();
        var open = new Stack<Cid>([root]);
        while (open.TryPop(out Cid cid))
        {
            if (!reached.Add(cid))
                continue;
            foreach (ShardEntry entry in (await GetAsync(cid, CancellationToken.None)).Entries.ToArray().Where(static entry => entry.IsLink))
                open.Push(entry.Link);
        }

        return reached;
    }

    public async Task<KeyValuePair<string, Cid>[]> EntriesAsync(Cid root, KeyRange? range = null) =>
        await PailEntries.WalkAsync(this, root, range ?? KeyRange.All, CancellationToken.None).ToArrayAsync();
}
