using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Pail;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>One put into a pail whose shards are in memory. The limit is the hash of the shards that the put makes.</summary>
public class PailPutBenchmarks
{
    private const int Ring = 64;

    private readonly MemoryShards _shards = new();
    private readonly PhysicalLimit[] _limits = new PhysicalLimit[Ring];
    private Cid _root;
    private int _turn;

    /// <summary>How many keys the pail has.</summary>
    [Params(100, 10_000, 100_000)]
    public int Documents { get; set; }

    /// <summary>Prepares the pail.</summary>
    [GlobalSetup]
    public async Task SetUp()
    {
        _root = await PailStage.FillAsync(_shards, Documents);
        for (int i = 0; i < Ring; i++)
        {
            PailChange change = await PutAsync(i);
            _limits[i] = PhysicalLimit.OfHashing(change.Additions.Select(static shard => shard.Block.Bytes));
        }
    }

    /// <summary>Lets go of the ciphers.</summary>
    [GlobalCleanup]
    public void CleanUp() => Array.ForEach(_limits, static limit => limit.Dispose());

    /// <summary>The raw hashes of the shards.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limits[Next()].Run();

    /// <summary>The engine.</summary>
    [Benchmark(Description = "pail put")]
    public ValueTask<PailChange> Put() => PutAsync(Next());

    private int Next() => _turn = (_turn + 1) % Ring;

    private ValueTask<PailChange> PutAsync(int turn) =>
        PailTree.PutAsync(_shards, _root, MicroDocuments.IdOf(Documents * turn / Ring), PailStage.ValueOf(-turn - 1), CancellationToken.None);
}
