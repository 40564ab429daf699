using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Clock;

/// <summary>Where events are read from. The answer is complete at once when the event is in memory.</summary>
public interface IEventSource
{
    /// <summary>Reads an event.</summary>
    /// <exception cref="MissingBlockException">No file that is known holds it.</exception>
    /// <exception cref="MalformedBlockException">The block is not an event.</exception>
    ValueTask<ClockEvent> GetAsync(Cid cid, CancellationToken cancellation);
}
