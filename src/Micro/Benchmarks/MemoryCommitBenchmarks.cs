using System.Text.Json;
using BenchmarkDotNet.Attributes;
using FireproofBench.Engine;
using FireproofBench.Engine.Documents;
using FireproofBench.Gateways.Entropy;
using FireproofBench.Gateways.Memory;
using FireproofBench.Micro.Stages;

namespace FireproofBench.Micro.Benchmarks;

/// <summary>Whole commits into a database in memory: the queue, the locks, the copy in the store, the head, and the compactions that come due. Each round begins with an empty database.</summary>
/// <remarks>The limit is that of the commit alone, on a database of the same kind.</remarks>
[InvocationCount(Commits)]
public class MemoryCommitBenchmarks
{
    private const int Commits = 64;

    private JsonElement[] _documents = [];
    private Database? _database;
    private PhysicalLimit _limit = null!;
    private int _turn;

    /// <summary>Length of the encoded document, about.</summary>
    [Params(2048, 16 * 1024, 900_000)]
    public int Bytes { get; set; }

    /// <summary>Prepares the documents, and the bytes of one commit.</summary>
    [GlobalSetup]
    public async Task SetUp()
    {
        _documents = [.. Enumerable.Range(0, Commits).Select(i => MicroDocuments.Text(i, Bytes))];
        using CommitStage stage = await CommitStage.CreateAsync();
        (IReadOnlyList<Engine.Blocks.Block> blocks, ReadOnlyMemory<byte> file) = await stage.CaptureAsync(_documents[0]);
        _limit = PhysicalLimit.OfCommit(blocks, file);
    }

    /// <summary>Begins with an empty database.</summary>
    [IterationSetup]
    public void Begin() => BeginAsync().GetAwaiter().GetResult();

    /// <summary>Closes the database.</summary>
    [GlobalCleanup]
    public async Task CleanUp()
    {
        _limit.Dispose();
        if (_database is not null)
            await _database.DisposeAsync();
    }

    /// <summary>The raw hashes and the raw encryption.</summary>
    [Benchmark(Baseline = true)]
    public int Limit() => _limit.Run();

    /// <summary>The database.</summary>
    [Benchmark(Description = "commit to memory, end to end")]
    public ValueTask<PutResult> Put() => _database!.PutAsync(Document.From(_documents[_turn = (_turn + 1) % Commits]));

    private async Task BeginAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
        _database = await Database.OpenAsync(
            "micro", new MemoryDeviceStore("micro", TimeProvider.System), new DatabaseOptions { KeyBag = new MemoryKeyBag(), Entropy = new SeededEntropy(1) });
    }
}
