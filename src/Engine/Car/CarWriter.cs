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

    /// <summary>Length of a file, in bytes.</summary>
    /// <param name="roots">How many roots it has.</param>
    /// <param name="blocks">Its blocks.</param>
    /// <exception cref="OverflowException">The blocks are more than one file can hold.</exception>
    public static int LengthOf(int roots, ReadOnlySpan<Block> blocks)
    {
        int header = HeaderLength(roots);
        long length = Varint.Length((ulong)header) + header;
        foreach (Block block in blocks)
            length += SectionLength(block.Bytes.Length);
        return checked((int)length);
    }

    /// <summary>Writes one file.</summary>
    /// <param name="roots">The roots, in order.</param>
    /// <param name="blocks">The blocks, in order; each content id once.</param>
    /// <returns>The whole plain file.</returns>
    public static byte[] Write(ReadOnlySpan<Cid> roots, ReadOnlySpan<Block> blocks)
    {
        byte[] file = GC.AllocateUninitializedArray<byte>(LengthOf(roots.Length, blocks));
        Write(file, roots, blocks, []);
        return file;
    }

    /// <summary>Writes one file into memory that is there, and says where its blocks lie.</summary>
    /// <param name="file">As long as <see cref="LengthOf"/> says.</param>
    /// <param name="roots">The roots, in order.</param>
    /// <param name="blocks">The blocks, in order; each content id once.</param>
    /// <param name="table">As many places as there are blocks; or none, and then nothing is said.</param>
    internal static void Write(Span<byte> file, ReadOnlySpan<Cid> roots, ReadOnlySpan<Block> blocks, Span<CarBlock> table)
    {
        int at = WriteHeader(file, roots);
        for (int i = 0; i < blocks.Length; i++)
        {
            Block block = blocks[i];
            at += Varint.Write(file[at..], (ulong)(Cid.BinaryLength + block.Bytes.Length));
            block.Cid.WriteBinary(file[at..]);
            at += Cid.BinaryLength;
            block.Bytes.Span.CopyTo(file[at..]);
            if (!table.IsEmpty)
                table[i] = new CarBlock(block.Cid, at, block.Bytes.Length);
            at += block.Bytes.Length;
        }
    }

    private static int WriteHeader(Span<byte> file, ReadOnlySpan<Cid> roots)
    {
        int length = HeaderLength(roots.Length);
        using var header = DagCborWriter.Borrow(length);
        header.WriteMapHeader(2);
        header.WriteText("roots"u8);
        header.WriteLinks(roots);
        header.WriteText("version"u8);
        header.WriteInteger(1);
        int at = Varint.Write(file, (ulong)length);
        header.Written.CopyTo(file[at..]);
        return at + length;
    }

    private static int HeaderLength(int roots) =>
        1 + 1 + "roots".Length + DagCborWriter.HeadLength(roots) + (roots * DagCborWriter.LinkLength) + 1 + "version".Length + 1;
}
