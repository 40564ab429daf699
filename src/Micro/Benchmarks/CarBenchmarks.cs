using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Crypto;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>CAR files of blocks that have their content ids already: written and named, read and checked against the name.</summary>
public class CarBenchmarks
{
    private const int BlockLength = 500;

    private Block[] _blocks = [];
    private byte[] _file = [];
    private Cid _name;
    private PhysicalLimit _limit = null!;

    /// <summary>How many blocks of 500 bytes there are.</summary>
    [Params(10, 1000)]
    public int Blocks { get; set; }

    /// <summary>Prepares the blocks.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _blocks = [.. Enumerable.Range(1, Blocks).Select(static i => Block.Of(CidCodec.DagCbor, MicroDocuments.Bytes(BlockLength, (ulong)i)))];
        _file = CarWriter.Write([_blocks[0].Cid], _blocks);
        _name = SealedFile.NameOf(_file);
        _limit = PhysicalLimit.OfHashing(_file);
    }

    /// <summary>Lets go of the cipher.</summary>
    [GlobalCleanup]
    public void CleanUp() => _limit.Dispose();

    /// <summary>The raw hash of the file.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.Run();

    /// <summary>Packs the blocks, and names the file.</summary>
    [Benchmark(Description = "CAR write")]
    public Cid Write() => SealedFile.NameOf(CarWriter.Write([_blocks[0].Cid], _blocks));

    /// <summary>Checks the file, and finds its blocks.</summary>
    [Benchmark(Description = "CAR read")]
    public CarFile? Read() => _name.Names(_file) ? CarFile.Parse(_file) : null;
}
