using System.Collections.Immutable;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Simulated;

/// <summary>A change of one key, and when it is shown. Times are timestamps of the store's clock.</summary>
/// <param name="Content">What was put; null for a delete.</param>
/// <param name="Stamp">When it was made, by the clock of the node that took it: the later stamp wins.</param>
/// <param name="Number">Its number among all changes of the store, in the order in which they were made; wins among equal stamps.</param>
/// <param name="SeenAt">From when on each node gives it.</param>
/// <param name="ListedAt">From when on listings show it.</param>
internal sealed record KeyChange(ObjectContent? Content, long Stamp, long Number, ImmutableArray<long> SeenAt, long ListedAt)
{
    /// <summary>From when on everybody sees it.</summary>
    public long WholeAt { get; } = Math.Max(SeenAt.Max(), ListedAt);
}
