using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Clock;

namespace FireproofBench.Simulation.Checking;

/// <summary>What a device saw at a clock.</summary>
/// <param name="Device">Which device, from 0.</param>
/// <param name="At">When, since the beginning of the world.</param>
/// <param name="Heads">The clock.</param>
/// <param name="Values">Ids and the content ids of their documents; an id with an undefined one was not found.</param>
/// <param name="IsWhole">Whether these are all documents.</param>
internal sealed record Reading(int Device, TimeSpan At, ImmutableArray<Cid> Heads, ImmutableArray<KeyValue> Values, bool IsWhole)
{
    /// <summary>How often the very same was seen at this clock, by whomever: it is compared with the history once.</summary>
    public int Times { get; set; } = 1;
}
