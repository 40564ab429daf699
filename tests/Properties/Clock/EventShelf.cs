using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Properties.Clock;

/// <summary>Events in memory as blocks: every read decodes, so what was written is what is read.</summary>
internal sealed class EventShelf : IEventSource
{
    private readonly Dictionary<Cid, Block> _blocks = [];

    public int Reads { get; private set; }

    public void Add(ClockEvent clockEvent) => _blocks[clockEvent.Cid] = clockEvent.Block;

    public ClockEvent Find(Cid cid) => ClockEvent.Read(_blocks[cid]);

    public ValueTask<ClockEvent> GetAsync(Cid cid, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Reads++;
        return ValueTask.FromResult(ClockEvent.Read(_blocks.TryGetValue(cid, out Block block) ? block : throw new MissingBlockException(cid, "not on the shelf")));
    }
}
