using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Pail;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>The pail that two heads stand for, with events and shards in memory. The limit is the hash of the shards that come of it.</summary>
public class ResolutionBenchmarks
{
    private BranchedHistory _history = null!;
    private PhysicalLimit _limit = null!;

    /// <summary>How many events each branch has.</summary>
    [Params(10, 1000)]
    public int Branch { get; set; }

    /// <summary>Prepares the history.</summary>
    [GlobalSetup]
    public async Task SetUp()
    {
        _history = await BranchedHistory.CreateAsync(Branch);
        _limit = PhysicalLimit.OfHashing((await Resolve()).Additions.Select(static shard => shard.Block.Bytes));
    }

    /// <summary>Lets go of the cipher.</summary>
    [GlobalCleanup]
    public void CleanUp() => _limit.Dispose();

    /// <summary>The raw hashes of the shards.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.Run();

    /// <summary>The engine.</summary>
    [Benchmark(Description = "resolution of two heads")]
    public ValueTask<PailChange> Resolve() => Resolution.ResolveAsync(_history.Events, _history.Shards, _history.Heads, CancellationToken.None);
}
