using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Simulation.Checking;

/// <summary>A write that a device was told is done.</summary>
/// <param name="Device">Which device, from 0.</param>
/// <param name="Step">The step of the plan.</param>
/// <param name="Heads">The heads that it was told of.</param>
/// <param name="Writes">What it wrote; empty where the engine itself decided what to write.</param>
internal sealed record Acknowledgement(int Device, int Step, ImmutableArray<Cid> Heads, ImmutableArray<KeyValue> Writes)
{
    /// <summary>The clock that it went back to; the default for all that is no rollback.</summary>
    public ImmutableArray<Cid> Restored { get; init; }
}
