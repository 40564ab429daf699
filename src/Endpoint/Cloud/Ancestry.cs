using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>The events that some heads follow, and what they hold, as far as it stands in the files that were opened. Files may be anybody's: no block is looked at twice, and none that its name does not name.</summary>
internal sealed class Ancestry
{
    private readonly ImmutableArray<Cid> _heads;
    private readonly Dictionary<Cid, (CarFile File, CarBlock Block)> _blocks = [];
    private readonly HashSet<Cid> _reached;
    private HashSet<Cid> _awaited;

    /// <summary>The ancestry of some heads, of which no file was opened yet.</summary>
    public Ancestry(ImmutableArray<Cid> heads)
    {
        _heads = heads;
        _reached = [.. heads];
        _awaited = [.. heads];
    }

    /// <summary>Whether all events are known, back to the beginning.</summary>
    public bool IsComplete => _awaited.Count == 0;

    /// <summary>Whether all of these are among the heads and what they follow.</summary>
    public bool Contains(ImmutableArray<Cid> events) => events.All(_reached.Contains);

    /// <summary>Goes on with the events of one more file.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public void Add(CarFile file, CancellationToken cancellation)
    {
        foreach (CarBlock block in file.Blocks)
            _ = _blocks.TryAdd(block.Cid, (file, block));
        HashSet<Cid> awaited = [];
        Stack<Cid> open = new(_awaited);
        while (open.TryPop(out Cid next))
        {
            cancellation.ThrowIfCancellationRequested();
            if (ReadEvent(next) is not { } change)
            {
                _ = awaited.Add(next);
                continue;
            }

            foreach (Cid parent in change.Parents)
            {
                if (_reached.Add(parent))
                    open.Push(parent);
            }
        }

        _awaited = awaited;
    }

    /// <summary>Whether the files hold all shards and documents of the heads.</summary>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public bool HoldsStates(CancellationToken cancellation)
    {
        HashSet<Cid> seen = [];
        Stack<Cid> open = [];
        foreach (Cid head in _heads)
        {
            if (ReadEvent(head) is not { } change)
                return false;
            open.Push(change.Root);
        }

        while (open.TryPop(out Cid next))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!seen.Add(next))
                continue;
            if (ReadShard(next) is not { } shard)
                return false;
            foreach (ShardEntry entry in shard.Entries)
            {
                if (entry.Value.IsDefined && !_blocks.ContainsKey(entry.Value))
                    return false;
                if (entry.IsLink)
                    open.Push(entry.Link);
            }
        }

        return true;
    }

    private ClockEvent? ReadEvent(Cid cid)
    {
        try
        {
            return Find(cid) is { } block ? ClockEvent.Read(block) : null;
        }
        catch (MalformedBlockException)
        {
            return null;
        }
    }

    private Shard? ReadShard(Cid cid)
    {
        try
        {
            return Find(cid) is { } block ? Shard.Read(block) : null;
        }
        catch (MalformedBlockException)
        {
            return null;
        }
    }

    private Block? Find(Cid cid)
    {
        if (!_blocks.TryGetValue(cid, out (CarFile File, CarBlock Block) found))
            return null;
        Block block = new(cid, found.File.Content(found.Block));
        return cid.Names(block.Bytes.Span) ? block : null;
    }
}
