using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crypto;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>Sealed files opened and checked against the content ids that they are named by.</summary>
public class OpenBenchmarks
{
    private byte[] _file = [];
    private Cid _name;
    private KeyRing _keys = null!;
    private PhysicalLimit _limit = null!;

    /// <summary>Length of the plain file.</summary>
    [Params(2048, 16 * 1024, 900_000)]
    public int Bytes { get; set; }

    /// <summary>Prepares the file.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        byte[] plain = MicroDocuments.Bytes(Bytes);
        _name = SealedFile.NameOf(plain);
        _keys = new KeyRing(FileKey.FromBytes(MicroDocuments.Bytes(FileKey.DefaultLength)));
        _file = SealedFile.Seal(_keys.Sealing, plain, _name);
        _limit = PhysicalLimit.OfOpening(plain);
    }

    /// <summary>Erases the key.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _keys.Dispose();
        _limit.Dispose();
    }

    /// <summary>The raw decryption, and the raw hash of what comes of it.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.RunOpening();

    /// <summary>The engine.</summary>
    [Benchmark(Description = "open a file")]
    public byte[] Open() => SealedFile.Open(_keys, _file, _name);
}
