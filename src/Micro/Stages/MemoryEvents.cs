using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Micro.Stages;

/// <summary>Decoded events in memory, as a database has those that it used last.</summary>
internal sealed class MemoryEvents : IEventSource
{
    private readonly Dictionary<Cid, ClockEvent> _events = [];

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<ClockEvent> All => _events.Values;

    /// <summary>Adds an event.</summary>
    public ClockEvent Add(ClockEvent clockEvent) => _events[clockEvent.Cid] = clockEvent;

    /// <inheritdoc/>
    public ValueTask<ClockEvent> GetAsync(Cid cid, CancellationToken cancellation) =>
        _events.TryGetValue(cid, out ClockEvent? found) ? ValueTask.FromResult(found) : throw new MissingBlockException(cid, "nobody added it");
}
