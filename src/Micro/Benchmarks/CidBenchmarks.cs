using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>Content ids: the hash that no id can do without, and what the engine adds to it.</summary>
public class CidBenchmarks
{
    private byte[] _content = [];
    private PhysicalLimit _limit = null!;

    /// <summary>Length of the content.</summary>
    [Params(256, 16 * 1024, 900_000)]
    public int Bytes { get; set; }

    /// <summary>Prepares the content.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _content = MicroDocuments.Bytes(Bytes);
        _limit = PhysicalLimit.OfHashing(_content);
    }

    /// <summary>Lets go of the cipher.</summary>
    [GlobalCleanup]
    public void CleanUp() => _limit.Dispose();

    /// <summary>The raw hash.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.Run();

    /// <summary>The engine.</summary>
    [Benchmark(Description = "content id of bytes")]
    public Cid ContentId() => Cid.Of(CidCodec.Raw, _content);
}
