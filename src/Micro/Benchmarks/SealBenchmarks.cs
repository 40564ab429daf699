using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>Files sealed with AES-128-GCM, under a name that is known.</summary>
public class SealBenchmarks
{
    private byte[] _plain = [];
    private Cid _name;
    private FileKey _key = null!;
    private PhysicalLimit _limit = null!;

    /// <summary>Length of the plain file.</summary>
    [Params(2048, 16 * 1024, 900_000)]
    public int Bytes { get; set; }

    /// <summary>Prepares the file.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _plain = MicroDocuments.Bytes(Bytes);
        _name = SealedFile.NameOf(_plain);
        _key = FileKey.FromBytes(MicroDocuments.Bytes(FileKey.DefaultLength));
        _limit = PhysicalLimit.OfSealing(_plain);
    }

    /// <summary>Erases the key.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _key.Dispose();
        _limit.Dispose();
    }

    /// <summary>The raw encryption.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.Run();

    /// <summary>The engine.</summary>
    [Benchmark(Description = "seal a file")]
    public byte[] Seal() => SealedFile.Seal(_key, _plain, _name);
}
