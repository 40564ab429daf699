using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Car;

/// <summary>A CAR file of version 1, read into a table of its blocks; the blocks stay where they are in the bytes.</summary>
/// <remarks>
/// Layout: varint length, DAG-CBOR header <c>{roots, version: 1}</c>, then for each block varint length, content id, content.
/// Source: CARv1 specification.
/// </remarks>
public sealed class CarFile
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly CarBlock[] _blocks;
    private readonly Block[]? _kept;

    internal CarFile(ReadOnlyMemory<byte> bytes, Cid[] roots, CarBlock[] blocks)
    {
        _bytes = bytes;
        _blocks = blocks;
        Length = bytes.Length;
        Roots = roots;
    }

    /// <summary>A file that was just written, by the blocks that it was written of: nobody keeps a copy of them.</summary>
    internal CarFile(int length, Cid[] roots, CarBlock[] blocks, Block[] kept)
    {
        _blocks = blocks;
        _kept = kept;
        Length = length;
        Roots = roots;
    }

    /// <summary>Length of the whole plain file, in bytes.</summary>
    public int Length { get; }

    /// <summary>The roots, in the file's order.</summary>
    public IReadOnlyList<Cid> Roots { get; }

    /// <summary>The blocks, in the file's order.</summary>
    public IReadOnlyList<CarBlock> Blocks => _blocks;

    /// <summary>Reads the table of blocks.</summary>
    /// <param name="bytes">The whole plain file.</param>
    /// <exception cref="CarException">The bytes are cut off, too large, or not of this form.</exception>
    public static CarFile Parse(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlySpan<byte> span = bytes.Span;
        if (span.Length > CarLimits.MaxFileLength)
            throw new CarException(0, $"the file of {span.Length} bytes is larger than {CarLimits.MaxFileLength}");
        int at = 0;
        int headerLength = ReadLength(span, ref at);
        if (headerLength > CarLimits.MaxHeaderLength)
            throw new CarException(at, $"the header of {headerLength} bytes is longer than {CarLimits.MaxHeaderLength}");
        Cid[] roots = ReadHeader(span.Slice(at, headerLength), at);
        at += headerLength;

        var blocks = new CarBlock[CountSections(span, at)];
        for (int i = 0; i < blocks.Length; i++)
        {
            int length = ReadLength(span, ref at);
            if (!Cid.TryReadBinary(span.Slice(at, Cid.BinaryLength), out Cid cid))
                throw new CarException(at, "a block does not start with a CIDv1 over SHA-256");
            blocks[i] = new CarBlock(cid, at + Cid.BinaryLength, length - Cid.BinaryLength);
            at += length;
        }

        return new CarFile(bytes, roots, blocks);
    }

    /// <summary>The content of a block of this file.</summary>
    public ReadOnlyMemory<byte> Content(CarBlock block) => ContentAt(block.Offset, block.Length);

    /// <summary>The content at the place of a block.</summary>
    internal ReadOnlyMemory<byte> ContentAt(int offset, int length) => _kept is null ? _bytes.Slice(offset, length) : _kept[PlaceOf(offset)].Bytes;

    private int PlaceOf(int offset)
    {
        int low = 0;
        int high = _blocks.Length - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_blocks[middle].Offset < offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static int CountSections(ReadOnlySpan<byte> span, int at)
    {
        int count = 0;
        for (; at < span.Length; count++)
        {
            int length = ReadLength(span, ref at);

            // The table of blocks is reserved by this count: no more than the file has room for.
            if (length < Cid.BinaryLength)
                throw new CarException(at, $"a block of {length} bytes has no room for a content id");
            at += length;
        }

        return count;
    }

    private static int ReadLength(ReadOnlySpan<byte> span, ref int at)
    {
        int size = Varint.TryRead(span[at..], out ulong length);
        if (size == 0)
            throw new CarException(at, "a length is cut off or not in its shortest form");
        if (length > (ulong)(span.Length - at - size))
            throw new CarException(at, $"a section of {length} bytes is cut off");
        at += size;
        return (int)length;
    }

    private static Cid[] ReadHeader(ReadOnlySpan<byte> header, int offset)
    {
        try
        {
            var reader = new DagCborReader(header);
            if (reader.ReadMapHeader() != 2)
                throw reader.Fail("a CAR header has two fields");
            reader.ReadKey("roots"u8);
            Cid[] roots = reader.ReadLinks();
            reader.ReadKey("version"u8);
            if (reader.ReadInteger() != 1)
                throw reader.Fail("the version is not 1");
            reader.ReadEnd();
            return roots;
        }
        catch (DagCborException e)
        {
            throw new CarException(offset + e.Offset, "the header cannot be read", e);
        }
    }
}
