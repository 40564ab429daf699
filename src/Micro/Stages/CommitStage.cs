using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Memory;

namespace FireproofBench.Micro.Stages;

/// <summary>The engine's own way of a commit, from a document to the sealed file, on a database that stays as it is: the same state before each commit.</summary>
/// <remarks>
/// A thousand small documents and a log of some files, as a database has that compacts by itself. Each commit changes one of its documents; the file goes to a store that takes
/// it at once, and is forgotten afterwards.
/// </remarks>
internal sealed class CommitStage : IDisposable
{
    private const int Documents = 1000;
    private const int Commits = 6;

    private readonly DiscardingGateway _gateway = new();
    private readonly MemoryDeviceStore _rest = new("micro", TimeProvider.System);
    private readonly KeyRing _keys = new(FileKey.FromBytes(MicroDocuments.Bytes(FileKey.DefaultLength)));
    private readonly BlockStore _blocks;
    private readonly Ledger _ledger;
    private readonly Committer _committer;

    private CommitStage()
    {
        var files = new DataFiles(_gateway, _keys);
        _blocks = new BlockStore(files, 256 << 20);
        _ledger = new Ledger(_blocks, _rest.Metadata);
        _committer = new Committer(_ledger, files, _rest.WriteAheadLog);
    }

    /// <summary>Prepares the database.</summary>
    public static async Task<CommitStage> CreateAsync()
    {
        var stage = new CommitStage();
        await stage.CommitAsync(MicroDocuments.Many(Documents, 200));
        for (int i = 0; i < Commits; i++)
            await stage.CommitAsync(MicroDocuments.Many(1, 200, i * 100));
        return stage;
    }

    /// <summary>Encodes a document and all that its commit has beside it, hashes and seals it.</summary>
    /// <returns>Length of the file, as it would be stored.</returns>
    public async ValueTask<int> CommitAsync(JsonElement json)
    {
        LedgerState next = await _committer.WriteAsync(_ledger.State, [RequestOf(Document.From(json))], CancellationToken.None);
        _blocks.Forget(next.Log[0].First);
        return _gateway.LastLength;
    }

    /// <summary>Commits a document and gives the blocks of its file, and the file before it is sealed.</summary>
    public async ValueTask<(IReadOnlyList<Block> Blocks, ReadOnlyMemory<byte> File)> CaptureAsync(JsonElement json)
    {
        _gateway.Keeps = true;
        await CommitAsync(json);
        _gateway.Keeps = false;
        byte[] file = SealedFile.Open(_keys, _gateway.Last.Span, Cid.Parse(Path.GetFileNameWithoutExtension(_gateway.LastKey)));
        CarFile car = CarFile.Parse(file);
        return ([.. car.Blocks.Select(block => new Block(block.Cid, car.Content(block)))], file);
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    private static WriteRequest RequestOf(params IReadOnlyList<Document> documents) => new(
        [.. documents.Select(static document => new KeyValue(document.Id!, document.Block.Cid))], [.. documents.Select(static document => document.Block)]);

    private async ValueTask CommitAsync(Document[] documents) => await _committer.CommitAsync([RequestOf(documents)], CancellationToken.None);
}
