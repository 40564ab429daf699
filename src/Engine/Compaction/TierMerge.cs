using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Documents;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Compaction;

/// <summary>Merges the newest groups of the log: keeps all their events, and of their shards and documents those that are still in use.</summary>
/// <remarks>
/// What is dropped is decided by look-ups in the present pail, so the cost is that of the merged groups, not of the database. It is decided only
/// where the merged events are one chain below the one head: then every reader, the reference engine's walk over changes included, meets the newest
/// of each key first. Where branches meet in them, documents and shards are all kept until the whole log is merged.
/// </remarks>
internal sealed class TierMerge(Ledger ledger, LedgerState state, IReadOnlyList<CarGroup> run)
{
    private readonly List<Block> _documents = [];
    private readonly List<Block> _shards = [];
    private readonly List<Block> _others = [];
    private readonly Dictionary<Cid, ClockEvent> _events = [];
    private readonly List<ClockEvent> _eventOrder = [];

    public async ValueTask WriteAsync(GroupWriter writer, CancellationToken cancellation)
    {
        await CollectAsync(cancellation);
        bool isChain = IsChain();
        PailChange pail = await ledger.ResolveAsync(state, cancellation);
        IShardSource shards = ledger.Shards(pail);
        foreach (ClockEvent clockEvent in _eventOrder)
            await writer.AddAsync(clockEvent.Block, cancellation);
        foreach (Block other in _others)
            await writer.AddAsync(other, cancellation);
        foreach (Block block in _shards)
        {
            if (!isChain || await IsShardLiveAsync(shards, pail.Root, block, cancellation))
                await writer.AddAsync(block, cancellation);
        }

        Dictionary<Cid, string> keys = KeysOfValues();
        foreach (Block block in _documents)
        {
            if (!isChain || await IsDocumentLiveAsync(shards, pail.Root, block, keys, cancellation))
                await writer.AddAsync(block, cancellation);
        }
    }

    private async ValueTask CollectAsync(CancellationToken cancellation)
    {
        foreach (Cid car in run.SelectMany(static group => group.Cars))
        {
            CarFile file = await ledger.Blocks.OpenAsync(car, cancellation)
                ?? throw ledger.Blocks.Files.Missing("compact", DataFiles.KeyOfCar(car), "the log names this file");
            foreach (CarBlock block in file.Blocks)
                await SortAsync(new Block(block.Cid, await ledger.Blocks.GetAsync(block.Cid, cancellation)), cancellation);
        }
    }

    private async ValueTask SortAsync(Block block, CancellationToken cancellation)
    {
        switch (block.Cid.Codec == CidCodec.DagCbor ? BlockForms.Of(block.Bytes.Span) : BlockForm.Other)
        {
            case BlockForm.Header or BlockForm.Index:
                break;
            case BlockForm.Event:
                ClockEvent clockEvent = await ((IEventSource)ledger.Blocks).GetAsync(block.Cid, cancellation);
                if (_events.TryAdd(block.Cid, clockEvent))
                    _eventOrder.Add(clockEvent);
                break;
            case BlockForm.Shard:
                _shards.Add(block);
                break;
            case BlockForm.Document:
                _documents.Add(block);
                break;
            case var _ when FileMark.IsMark(block.Cid, block.Bytes.Length):
                break;
            default:
                _others.Add(block);
                break;
        }
    }

    // One head, one parent each, and no event of the run beside the chain.
    private bool IsChain()
    {
        if (state.Heads.Length != 1)
            return false;
        int length = 0;
        Cid next = state.Heads[0];
        while (_events.TryGetValue(next, out ClockEvent? clockEvent))
        {
            length++;
            if (clockEvent.Parents.Length != 1)
                return clockEvent.Parents.Length == 0 && length == _events.Count;
            next = clockEvent.Parents[0];
        }

        return length == _events.Count;
    }

    private Dictionary<Cid, string> KeysOfValues()
    {
        var keys = new Dictionary<Cid, string>();
        foreach (ClockEvent clockEvent in _eventOrder)
        {
            foreach (KeyValue operation in clockEvent.Operations)
                keys[operation.Value] = operation.Key;
        }

        return keys;
    }

    private static async ValueTask<bool> IsShardLiveAsync(IShardSource shards, Cid root, Block block, CancellationToken cancellation)
    {
        string prefix = (await shards.GetAsync(block.Cid, cancellation)).Prefix;
        if (block.Cid == root)
            return true;
        Shard shard = await shards.GetAsync(root, cancellation);
        while (shard.Prefix.Length < prefix.Length)
        {
            int index = shard.LinkTowards(prefix);
            if (index < 0)
                return false;
            shard = await shards.GetAsync(shard.Entries[index].Link, cancellation);
        }

        return shard.Cid == block.Cid;
    }

    private static async ValueTask<bool> IsDocumentLiveAsync(
        IShardSource shards, Cid root, Block block, Dictionary<Cid, string> keys, CancellationToken cancellation)
    {
        // All deleted documents share one tiny block.
        if (!DocumentBlock.TryReadBody(block, out ReadOnlyMemory<byte> body))
            return true;
        string? id = keys.GetValueOrDefault(block.Cid) ?? DocumentBody.FindText(body.Span, "_id"u8);
        return id is null || await PailTree.GetAsync(shards, root, id, cancellation) == block.Cid;
    }
}
