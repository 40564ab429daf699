using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;
using FireproofBench.Engine.Pail;

namespace FireproofBench.Engine.Crdt;

/// <summary>What a write makes: nothing is stored, the caller decides.</summary>
/// <param name="Heads">The heads afterwards.</param>
/// <param name="Event">The new event; null when the put changed nothing.</param>
/// <param name="Pail">The shards made and dropped, those of the resolution of several heads among them.</param>
public sealed record CrdtChange(IReadOnlyList<Cid> Heads, ClockEvent? Event, PailChange Pail);
