using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.History;
using FireproofBench.Engine.Pail;
using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Compaction;

/// <summary>Merges the whole log: keeps what the present state reaches, and every event.</summary>
/// <remarks>
/// The same blocks in the same order as the reference engine's strategy "fireproof": the heads, the shards and documents of the pail, all events, and for each key the document
/// that the walk over changes meets first. For several heads also the shards from which they are resolved, and where branches met the documents that
/// may win again when one more device brings its own. Blocks are found wherever they are,
/// so what a damaged compaction left only in replaced files is healed.
/// </remarks>
internal sealed class FullMerge(Ledger ledger, LedgerState state)
{
    private readonly ContestedValues _contested = new();
    private readonly HashSet<Cid> _files = [.. state.Log.SelectMany(static group => group.Cars)];

    private BlockStore Blocks => ledger.Blocks;

    private IEventSource Events => ledger.Blocks;

    public async ValueTask WriteAsync(GroupWriter writer, CancellationToken cancellation)
    {
        PailChange pail = await ledger.ResolveAsync(state, cancellation);
        foreach (Cid head in state.Heads)
            await AddAsync(writer, head, cancellation);
        await WritePailAsync(writer, ledger.Shards(pail), pail.Root, cancellation);
        await WriteEventsAsync(writer, cancellation);
        if (state.Heads.Length > 1)
            await WriteResolutionAsync(writer, cancellation);
        await foreach (EventKey change in EventWalk.NewestAsync(Events, state.Heads, [], cancellation))
            await AddPastAsync(writer, change.Value, cancellation);
        foreach (Cid value in _contested.List(state.Heads))
            await AddPastAsync(writer, value, cancellation);
    }

    // A version that another branch superseded may be gone: a merge on another device, which did not know this branch, dropped it. To look for it in all that was
    // ever replaced, at every remote store, would cost far more than it is worth.
    private async ValueTask AddPastAsync(GroupWriter writer, Cid cid, CancellationToken cancellation)
    {
        try
        {
            await writer.AddAsync(new Block(cid, await Blocks.GetNearAsync(cid, _files, cancellation)), cancellation);
        }
        catch (MissingBlockException)
        {
            // The changes give the present document in its place.
        }
    }

    private async ValueTask WritePailAsync(GroupWriter writer, IShardSource shards, Cid root, CancellationToken cancellation)
    {
        var open = new Stack<(Shard Shard, int Next)>();
        await OpenAsync(root);
        while (open.TryPop(out (Shard Shard, int Next) top))
        {
            if (top.Next == top.Shard.Entries.Length)
                continue;
            open.Push((top.Shard, top.Next + 1));
            ShardEntry entry = top.Shard.Entries[top.Next];
            if (entry.Value.IsDefined && top.Shard.Prefix + entry.Key != Genesis.Key)
                await AddAsync(writer, entry.Value, cancellation);
            if (entry.IsLink)
                await OpenAsync(entry.Link);
        }

        async ValueTask OpenAsync(Cid cid)
        {
            Shard shard = await shards.GetAsync(cid, cancellation);
            await writer.AddAsync(shard.Block, cancellation);
            open.Push((shard, 0));
        }
    }

    private async ValueTask WriteEventsAsync(GroupWriter writer, CancellationToken cancellation)
    {
        var seen = new HashSet<Cid>(state.Heads);
        var open = new Queue<Cid>(state.Heads);
        while (open.TryDequeue(out Cid cid))
        {
            ClockEvent clockEvent = await Events.GetAsync(cid, cancellation);
            await writer.AddAsync(clockEvent.Block, cancellation);
            _contested.Add(clockEvent);
            foreach (Cid parent in clockEvent.Parents.ToArray())
            {
                if (seen.Add(parent))
                    open.Enqueue(parent);
            }
        }
    }

    // What is read while the heads are resolved has to be there for the next one who resolves them.
    private async ValueTask WriteResolutionAsync(GroupWriter writer, CancellationToken cancellation)
    {
        var shards = new RecordingShards(Blocks);
        try
        {
            await Resolution.ResolveAsync(Events, shards, state.Heads, cancellation);
        }
        catch (MissingBlockException)
        {
            // The ancestor's shards are gone already; whoever resolves the heads rebuilds them from the events, as it was done here.
        }

        foreach (Shard shard in shards.Read)
            await writer.AddAsync(shard.Block, cancellation);
    }

    private async ValueTask AddAsync(GroupWriter writer, Cid cid, CancellationToken cancellation) =>
        await writer.AddAsync(new Block(cid, await Blocks.GetAsync(cid, cancellation)), cancellation);
}
