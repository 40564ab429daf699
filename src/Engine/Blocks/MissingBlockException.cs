namespace FireproofBench.Engine.Blocks;

/// <summary>A block that is referred to but that no readable file holds. The rest of the database stays usable.</summary>
/// <param name="cid">The block.</param>
/// <param name="reason">Where it was looked for.</param>
public sealed class MissingBlockException(Cid cid, string reason) : Exception($"block {cid} is missing: {reason}")
{
    /// <summary>The block that is missing.</summary>
    public Cid Cid { get; } = cid;
}
