using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.EndpointBench;

/// <summary>An event, and the state after it.</summary>
/// <param name="Event">The event.</param>
/// <param name="Shard">The root of its pail; there is no other shard.</param>
/// <param name="Document">The only document in it.</param>
internal sealed record CloudChange(ClockEvent Event, Block Shard, Block Document);
