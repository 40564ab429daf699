using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine;

/// <summary>A database as it was at a past clock, to read. Works as long as its files were not compacted away, and as long as the database is open.</summary>
public sealed class DatabaseSnapshot
{
    private readonly IBlockSource _blocks;
    private readonly IShardSource _shards;

    internal DatabaseSnapshot(ImmutableArray<Cid> heads, IBlockSource blocks, IShardSource shards, PailChange pail)
    {
        Heads = heads;
        _blocks = blocks;
        _shards = shards;
        Pail = pail;
    }

    /// <summary>The clock of the snapshot, sorted by text.</summary>
    public ImmutableArray<Cid> Heads { get; }

    internal PailChange Pail { get; }

    internal IBlockSource Blocks => _blocks;

    internal IShardSource Shards => _shards;

    /// <summary>Reads a document as it was.</summary>
    /// <returns>Null when there was none, or it was deleted then.</returns>
    /// <exception cref="MissingBlockException">It was compacted away.</exception>
    public async ValueTask<Document?> GetAsync(string id, CancellationToken cancellation = default)
    {
        Cid value = id == Crdt.Genesis.Key ? default : await PailTree.GetAsync(_shards, Pail.Root, id, cancellation);
        return value.IsDefined ? Document.FromBlock(id, new Block(value, await _blocks.GetAsync(value, cancellation))) : null;
    }

    /// <summary>Reads all ids of a range with their documents as they were, deleted ones among them, in the order of ids (ordinal).</summary>
    /// <exception cref="MissingBlockException">One of them was compacted away.</exception>
    public async IAsyncEnumerable<DocumentRow> RowsAsync(KeyRange? range = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await foreach ((string id, Cid value) in PailEntries.WalkAsync(_shards, Pail.Root, range ?? KeyRange.All, cancellation))
        {
            if (id == Crdt.Genesis.Key)
                continue;
            yield return new DocumentRow(id, Document.FromBlock(id, new Block(value, await _blocks.GetAsync(value, cancellation))));
        }
    }
}
