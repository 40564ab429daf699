namespace FireproofBench.Engine.Blocks;

/// <summary>Where blocks are read from. The answer is complete at once when the block is in memory.</summary>
public interface IBlockSource
{
    /// <summary>Reads a block whose content is checked to be what <paramref name="cid"/> names.</summary>
    /// <exception cref="MissingBlockException">No file that is known holds the block.</exception>
    ValueTask<ReadOnlyMemory<byte>> GetAsync(Cid cid, CancellationToken cancellation);
}
