using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Engine.Inspection;

/// <summary>What an event points at.</summary>
internal sealed record EventNote(Cid[] Parents, Cid Root, KeyValue[] Operations);
