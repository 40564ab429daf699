using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Properties.Pail;

/// <summary>One pail on a shelf, changed step by step.</summary>
internal sealed class PailSession(ShardShelf shelf, Cid root)
{
    public PailSession()
        : this(new ShardShelf(), Shard.Empty.Cid)
    {
    }

    public ShardShelf Shelf => shelf;

    public Cid Root { get; private set; } = root;

    public async Task<PailChange> PutAsync(string key, Cid value) => Take(await PailTree.PutAsync(shelf, Root, key, value, CancellationToken.None));

    public async Task<PailChange> DeleteAsync(string key) => Take(await PailTree.DeleteAsync(shelf, Root, key, CancellationToken.None));

    public async Task<PailChange> BatchAsync(IEnumerable<KeyValuePair<string, Cid>> puts)
    {
        PailBatch batch = await PailBatch.OpenAsync(shelf, Root, CancellationToken.None);
        foreach ((string key, Cid value) in puts)
            await batch.PutAsync(key, value, CancellationToken.None);
        return Take(batch.Commit());
    }

    public PailChange Take(PailChange change)
    {
        shelf.Add(change.Additions);
        Root = change.Root;
        return change;
    }
}
