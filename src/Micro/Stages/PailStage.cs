using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Micro.Stages;

/// <summary>Pails of many keys.</summary>
internal static class PailStage
{
    /// <summary>A value: the content id of a number.</summary>
    public static Cid ValueOf(int number) => Cid.Of(CidCodec.DagCbor, BitConverter.GetBytes(number));

    /// <summary>Makes a pail with the keys of the first documents.</summary>
    /// <returns>Its root.</returns>
    public static async ValueTask<Cid> FillAsync(MemoryShards shards, int documents)
    {
        PailBatch batch = await PailBatch.OpenAsync(shards, Shard.Empty.Cid, CancellationToken.None);
        for (int i = 0; i < documents; i++)
            await batch.PutAsync(MicroDocuments.IdOf(i), ValueOf(i), CancellationToken.None);
        PailChange change = batch.Commit();
        shards.Add(change);
        return change.Root;
    }
}
