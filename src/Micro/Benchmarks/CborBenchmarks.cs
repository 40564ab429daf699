using System.Text.Json;
using BenchmarkDotNet.Attributes;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>Documents of many small fields to DAG-CBOR and back, each with the hash of its block: nothing is encoded that is not hashed, nor decoded from a file without.</summary>
public class CborBenchmarks
{
    private JsonElement _json;
    private Block _block;
    private PhysicalLimit _limit = null!;

    /// <summary>Length of the encoded document, about.</summary>
    [Params(2048, 16 * 1024, 900_000)]
    public int Bytes { get; set; }

    /// <summary>Prepares the document.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        _json = MicroDocuments.Fields(1, Bytes);
        _block = Document.From(_json).Block;
        _limit = PhysicalLimit.OfHashing(_block.Bytes);
    }

    /// <summary>Lets go of the cipher.</summary>
    [GlobalCleanup]
    public void CleanUp() => _limit.Dispose();

    /// <summary>The raw hash of the block.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.Run();

    /// <summary>From parsed JSON to a block with its content id.</summary>
    [Benchmark(Description = "DAG-CBOR encode, many fields")]
    public Document Encode() => Document.From(_json);

    /// <summary>From a block, checked against its content id, to JSON.</summary>
    [Benchmark(Description = "DAG-CBOR decode to JSON, many fields")]
    public byte[] Decode() => _block.Cid.Names(_block.Bytes.Span) ? Document.FromBlock(MicroDocuments.IdOf(1), _block)!.ToUtf8Json() : [];
}
