using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine.Storage;

/// <summary>The random block at the end of a file of the log that makes it unlike any other of equal content; see <see cref="DataFiles.Marks"/>.</summary>
/// <remarks>A raw block of 16 bytes, which nothing else in such a file is: documents, events and shards are DAG-CBOR, and pieces of attachments are in files of their own.</remarks>
internal static class FileMark
{
    private const int Length = 16;

    /// <summary>Makes a new one.</summary>
    public static Block Make(IEntropy entropy)
    {
        byte[] mark = new byte[Length];
        entropy.Fill(mark);
        return Block.Of(CidCodec.Raw, mark);
    }

    /// <summary>Whether a block of a log's file is its mark.</summary>
    public static bool IsMark(Cid cid, int length) => cid.Codec == CidCodec.Raw && length == Length;

    /// <summary>How many blocks a file has beside its mark.</summary>
    public static int BlocksBeside(CarFile file) =>
        file.Blocks.Count > 1 && IsMark(file.Blocks[^1].Cid, file.Blocks[^1].Length) ? file.Blocks.Count - 1 : file.Blocks.Count;
}
