using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>All files of a compaction, to see which states it holds whole: what it says that it replaced, the reference engine need not have taken over.</summary>
internal sealed class CompactedFiles(IReadOnlyList<CarFile> files) : IShardSource
{
    private readonly Dictionary<Cid, (CarFile File, CarBlock Block)> _blocks = Index(files);

    /// <summary>Whether the files hold the events of a state, and all shards and documents that these name.</summary>
    /// <remarks>Not the events before: no compaction takes them over.</remarks>
    public async ValueTask<bool> HoldAsync(IEnumerable<Cid> heads, CancellationToken cancellation)
    {
        try
        {
            foreach (Cid head in heads)
            {
                ClockEvent change = ClockEvent.Read(Find(head));
                await foreach ((_, Cid document) in PailEntries.WalkAsync(this, change.Root, KeyRange.All, cancellation))
                {
                    if (!_blocks.ContainsKey(document))
                        return false;
                }
            }

            return true;
        }
        catch (Exception incomplete) when (incomplete is MissingBlockException or MalformedBlockException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public ValueTask<Shard> GetAsync(Cid cid, CancellationToken cancellation) => new(Shard.Read(Find(cid)));

    private static Dictionary<Cid, (CarFile File, CarBlock Block)> Index(IReadOnlyList<CarFile> files)
    {
        Dictionary<Cid, (CarFile, CarBlock)> blocks = new(files.Sum(static file => file.Blocks.Count));
        foreach (CarFile file in files)
        {
            foreach (CarBlock block in file.Blocks)
                blocks[block.Cid] = (file, block);
        }

        return blocks;
    }

    private Block Find(Cid cid)
    {
        if (!_blocks.TryGetValue(cid, out (CarFile File, CarBlock Block) found))
            throw new MissingBlockException(cid, "the compaction did not take it over");
        Block block = new(cid, found.File.Content(found.Block));
        return cid.Names(block.Bytes.Span) ? block : throw new MissingBlockException(cid, "the bytes under its name are others");
    }
}
