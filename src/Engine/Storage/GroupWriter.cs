using System.Collections.Immutable;
using System.Runtime.InteropServices;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Crypto;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>Writes the files of one commit as its blocks come: a file is sealed and stored when the next block would make it too large.</summary>
/// <remarks>
/// The first file starts with the header, which is its root; a further file has its first block as root. Sizes are counted as the reference engine
/// counts them, so that the same blocks make the same files.
/// </remarks>
internal sealed class GroupWriter
{
    private readonly DataFiles _files;
    private readonly BlockStore? _store;
    private readonly ImmutableArray<Cid>.Builder _cars = ImmutableArray.CreateBuilder<Cid>();
    private readonly HashSet<Cid> _seen = [];
    private readonly List<Block> _blocks = [];
    private readonly List<(Cid Block, int Car)>? _places;
    private long _length;

    /// <summary>Begins a group.</summary>
    /// <param name="files">Where files are stored.</param>
    /// <param name="store">Learns of each file that was stored; null when the group is not to be read by it.</param>
    /// <param name="header">The header of the commit.</param>
    /// <param name="hasIndex">Whether a group of several files ends with one that says which of them holds which block.</param>
    public GroupWriter(DataFiles files, BlockStore? store, CarHeader header, bool hasIndex = false)
    {
        _places = hasIndex ? [] : null;
        _files = files;
        _store = store;
        Marks = files.Marks;
        Block block = header.ToBlock();
        _seen.Add(block.Cid);
        _blocks.Add(block);
        _length = CarWriter.SectionLength(block.Bytes.Length);
    }

    /// <summary>Gives each file a random block, as <see cref="DataFiles.Marks"/> do, whether or not other files of the database have one; null for none.</summary>
    public IEntropy? Marks { get; init; }

    /// <summary>Bytes stored so far.</summary>
    public long StoredLength { get; private set; }

    /// <summary>Adds a block; one that was added before is passed over.</summary>
    public async ValueTask AddAsync(Block block, CancellationToken cancellation)
    {
        if (!_seen.Add(block.Cid))
            return;
        int section = CarWriter.SectionLength(block.Bytes.Length);
        _length += section;
        if (_length >= CarLimits.SplitLength)
        {
            await StoreAsync(isMarked: true, cancellation);
            _length = section;
        }

        _blocks.Add(block);
    }

    /// <summary>Stores what is left.</summary>
    /// <returns>The group, all of its files stored.</returns>
    public async ValueTask<CarGroup> FinishAsync(CancellationToken cancellation)
    {
        await StoreAsync(isMarked: true, cancellation);

        // Two files are read as fast as the index and one of them. It names files that no other group has, where they are marked.
        if (_places is not null && _cars.Count is > 2 and <= GroupIndex.MaxCars)
        {
            _blocks.Add(GroupIndex.Write(_cars.ToArray(), _places));
            await StoreAsync(isMarked: false, cancellation);
        }

        return new CarGroup(_cars.ToImmutable());
    }

    private async ValueTask StoreAsync(bool isMarked, CancellationToken cancellation)
    {
        if (isMarked && Marks is { } marks)
            _blocks.Add(FileMark.Make(marks));
        Cid[] roots = [_blocks[0].Cid];
        var table = new CarBlock[_blocks.Count];
        ReadOnlySpan<Block> blocks = CollectionsMarshal.AsSpan(_blocks);
        FileDraft draft = _files.Begin(CarWriter.LengthOf(roots.Length, blocks));
        CarWriter.Write(draft.Plain, roots, blocks, table);
        Cid name = SealedFile.NameOf(draft.Plain);
        CarFile? kept = _store is null ? null : Keep(draft.Plain, roots, blocks, table);
        ReadOnlyMemory<byte> stored = draft.Seal(name);
        await _files.WriteAsync(name, stored, cancellation);
        StoredLength += stored.Length;
        draft.Return();
        if (kept is not null)
            _store!.Add(name, kept);
        _places?.AddRange(_blocks.Select(block => (block.Cid, _cars.Count)));
        _cars.Add(name);
        _blocks.Clear();
    }

    // Blocks that are slices of other files would keep those in memory: then this one is copied. New ones have their memory to themselves.
    private static CarFile Keep(ReadOnlySpan<byte> plain, Cid[] roots, ReadOnlySpan<Block> blocks, CarBlock[] table)
    {
        foreach (Block block in blocks)
        {
            if (!MemoryMarshal.TryGetArray(block.Bytes, out ArraySegment<byte> memory) || !DagCborWriter.IsSlack(memory.Array!.Length - memory.Count, memory.Count))
                return new CarFile(plain.ToArray(), roots, table);
        }

        return new CarFile(plain.Length, roots, table, blocks.ToArray());
    }
}
