using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;
using Xunit;

namespace FireproofBench.Properties.Pail;

public sealed class PailAccumulatorTests
{
    private static readonly Cid _first = Cid.Of(CidCodec.DagCbor, [1]);
    private static readonly Cid _second = Cid.Of(CidCodec.DagCbor, [2]);

    [Fact]
    public async Task A_shard_that_was_dropped_and_comes_back_is_told_apart_from_new_ones()
    {
        ShardShelf shelf = new();
        PailChange before = await PailTree.PutAsync(shelf, Shard.Empty.Cid, "key", _first, CancellationToken.None);
        shelf.Add(before.Additions);
        PailAccumulator sum = new(shelf, before.Root);
        sum.Add(await PailTree.PutAsync(sum.Shards, sum.Root, "key", _second, CancellationToken.None));
        sum.Add(await PailTree.PutAsync(sum.Shards, sum.Root, "key", _first, CancellationToken.None));
        PailChange back = sum.ToChange();
        Assert.Equal(before.Root, back.Root);
        Assert.Empty(back.Additions);
        Assert.Equal(before.Root, Assert.Single(back.Recurring).Cid);

        // What goes again is in use no more.
        sum.Add(await PailTree.PutAsync(sum.Shards, sum.Root, "key", _second, CancellationToken.None));
        Assert.Empty(sum.ToChange().Recurring);
    }
}
