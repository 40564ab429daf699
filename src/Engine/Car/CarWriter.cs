using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Car;

/// <summary>Writes CAR files of version 1.</summary>
public static class CarWriter
{
    /// <summary>Length of one block in a file, in bytes: its varint, content id and content.</summary>
    public static int SectionLength(int contentLength)
    {
        int section = Cid.BinaryLength + contentLength;
        return Varint.Length((ulong)section) + section;
    }

    /// <summary>Writes one file.</summary>
    /// <param name="roots">The roots, in order.</param>
    /// <param name="blocks">The blocks, in order; each content id once.</param>
    /// <returns>The whole plain file.</returns>
    public static byte[] Write(ReadOnlySpan<Cid> roots, ReadOnlySpan<Block> blocks) => Write(roots, blocks, new CarBlock[blocks.Length]);

    /// <summary>Writes one file and says where its blocks lie.</summary>
    /// <param name="roots">The roots, in order.</param>
    /// <param name="blocks">The blocks, in order; each content id once.</param>
    /// <param name="table">As many places as there are blocks.</param>
    internal static byte[] Write(ReadOnlySpan<Cid> roots, ReadOnlySpan<Block> blocks, Span<CarBlock> table)
    {
        var header = new DagCborWriter(32 + (roots.Length * DagCborWriter.LinkLength));
        header.WriteMapHeader(2);
        header.WriteText("roots"u8);
        header.WriteLinks(roots);
        header.WriteText("version"u8);
        header.WriteInteger(1);

        long length = Varint.Length((ulong)header.Length) + header.Length;
        foreach (Block block in blocks)
            length += SectionLength(block.Bytes.Length);
        byte[] file = new byte[checked((int)length)];
        int at = Varint.Write(file, (ulong)header.Length);
        header.Written.CopyTo(file.AsSpan(at));
        at += header.Length;
        for (int i = 0; i < blocks.Length; i++)
        {
            Block block = blocks[i];
            at += Varint.Write(file.AsSpan(at), (ulong)(Cid.BinaryLength + block.Bytes.Length));
            block.Cid.WriteBinary(file.AsSpan(at));
            at += Cid.BinaryLength;
            block.Bytes.Span.CopyTo(file.AsSpan(at));
            table[i] = new CarBlock(block.Cid, at, block.Bytes.Length);
            at += block.Bytes.Length;
        }

        return file;
    }
}
