using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>The Merkle clock over two branches whose events are in memory. The limit is the hash of the events of both, which whoever reads them from files has to take.</summary>
public class ClockBenchmarks
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
        _limit = PhysicalLimit.OfHashing(_history.Branches.Select(static branched => branched.Block.Bytes));
    }

    /// <summary>Lets go of the cipher.</summary>
    [GlobalCleanup]
    public void CleanUp() => _limit.Dispose();

    /// <summary>The raw hashes of the events.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.Run();

    /// <summary>Takes an event in that follows one of two heads.</summary>
    [Benchmark(Description = "clock advance of two heads")]
    public ValueTask<IReadOnlyList<Cid>> Advance() => MerkleClock.AdvanceAsync(_history.Events, _history.Heads, _history.Next, CancellationToken.None);

    /// <summary>Finds the last event that both branches have.</summary>
    [Benchmark(Description = "common ancestor of two heads")]
    public ValueTask<Cid> Ancestor() => CommonAncestor.FindAsync(_history.Events, _history.Heads, CancellationToken.None);
}
