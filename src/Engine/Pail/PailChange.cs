using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Pail;

/// <summary>What a change of a pail makes: nothing is stored, the caller decides.</summary>
/// <param name="Root">The root shard afterwards.</param>
/// <param name="Additions">The new shards, children before parents, in the order in which the reference engine yields them.</param>
/// <param name="Removals">The shards that the new root no longer reaches, root first.</param>
public sealed record PailChange(Cid Root, IReadOnlyList<Shard> Additions, IReadOnlyList<Cid> Removals)
{
    /// <summary>
    /// Shards of an earlier state that were dropped on the way and are in use again. They were stored once; a compaction by somebody who saw the state between may have
    /// left them out since. The reference engine yields them nowhere.
    /// </summary>
    public IReadOnlyList<Shard> Recurring { get; init; } = [];

    /// <summary>The change that changes nothing.</summary>
    public static PailChange None(Cid root) => new(root, [], []);
}
