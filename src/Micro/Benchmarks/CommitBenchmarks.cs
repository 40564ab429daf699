using System.Text.Json;
using BenchmarkDotNet.Attributes;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>A commit from a document to the file as it is stored: encoded, hashed, packed and sealed, by the code of the engine, with shards, event and header.</summary>
/// <remarks>The limit hashes each block of the file and the file, and encrypts it: what is left is the cost of everything else.</remarks>
public class CommitBenchmarks
{
    private const int Ring = 8;

    private JsonElement[] _documents = [];
    private CommitStage _stage = null!;
    private PhysicalLimit _limit = null!;
    private int _turn;

    /// <summary>Length of the encoded document, about.</summary>
    [Params(2048, 16 * 1024, 900_000)]
    public int Bytes { get; set; }

    /// <summary>Prepares a database, and the bytes of one commit.</summary>
    [GlobalSetup]
    public async Task SetUp()
    {
        _documents = [.. Enumerable.Range(0, Ring).Select(i => MicroDocuments.Text(500 + i, Bytes))];
        _stage = await CommitStage.CreateAsync();
        (IReadOnlyList<Engine.Blocks.Block> blocks, ReadOnlyMemory<byte> file) = await _stage.CaptureAsync(_documents[0]);
        _limit = PhysicalLimit.OfCommit(blocks, file);
    }

    /// <summary>Erases the keys.</summary>
    [GlobalCleanup]
    public void CleanUp()
    {
        _stage.Dispose();
        _limit.Dispose();
    }

    /// <summary>The raw hashes and the raw encryption.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.Run();

    /// <summary>The engine.</summary>
    [Benchmark(Description = "commit: encode, hash, pack and seal")]
    public ValueTask<int> Commit() => _stage.CommitAsync(_documents[_turn = (_turn + 1) % Ring]);
}
