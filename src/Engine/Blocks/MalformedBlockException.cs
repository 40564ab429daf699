namespace FireproofBench.Engine.Blocks;

/// <summary>A block whose bytes are its own but whose content is not of the form that its place demands.</summary>
/// <param name="cid">The block.</param>
/// <param name="form">What it should have been: a shard, an event, a document, a header.</param>
/// <param name="cause">What is wrong with it.</param>
public sealed class MalformedBlockException(Cid cid, string form, Exception cause) : Exception($"block {cid} is not {form}: {cause.Message}", cause)
{
    /// <summary>The block.</summary>
    public Cid Cid { get; } = cid;
}
