namespace FireproofBench.Engine.Blocks;

/// <summary>Bytes with their content id. That the two belong together was checked, or made so, by whoever built the block.</summary>
/// <param name="Cid">The content id of <paramref name="Bytes"/>.</param>
/// <param name="Bytes">The content; never changed after the block was built.</param>
public readonly record struct Block(Cid Cid, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The block of these bytes: hashes them.</summary>
    public static Block Of(CidCodec codec, ReadOnlyMemory<byte> bytes) => new(Cid.Of(codec, bytes.Span), bytes);
}
