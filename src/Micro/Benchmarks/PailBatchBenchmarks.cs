using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>A hundred puts at once into a pail whose shards are in memory. The limit is the hash of the shards that the batch makes.</summary>
public class PailBatchBenchmarks
{
    private const int Puts = 100;

    private readonly MemoryShards _shards = new();
    private Cid _root;
    private PhysicalLimit _limit = null!;

    /// <summary>How many keys the pail has.</summary>
    [Params(100, 10_000, 100_000)]
    public int Documents { get; set; }

    /// <summary>Prepares the pail.</summary>
    [GlobalSetup]
    public async Task SetUp()
    {
        _root = await PailStage.FillAsync(_shards, Documents);
        _limit = PhysicalLimit.OfHashing((await Batch()).Additions.Select(static shard => shard.Block.Bytes));
    }

    /// <summary>Lets go of the cipher.</summary>
    [GlobalCleanup]
    public void CleanUp() => _limit.Dispose();

    /// <summary>The raw hashes of the shards.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.Run();

    /// <summary>The engine.</summary>
    [Benchmark(Description = "pail batch of 100 puts")]
    public async ValueTask<PailChange> Batch()
    {
        PailBatch batch = await PailBatch.OpenAsync(_shards, _root, CancellationToken.None);
        for (int i = 0; i < Puts; i++)
            await batch.PutAsync(MicroDocuments.IdOf(Documents / Puts * i), PailStage.ValueOf(-i - 1), CancellationToken.None);
        return batch.Commit();
    }
}
