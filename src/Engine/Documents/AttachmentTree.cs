using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Documents;

/// <summary>The root of a large attached file: a DAG-CBOR block that lists the leaves in the order of their bytes.</summary>
/// <remarks>
/// Form: <c>{size, leaves: [[car, cid, length], …]}</c>, alone in a data file, as each leaf is. A document tells it from a file of one block by the codec of the
/// entry's <c>cid</c>, raw there: here it names that data file. An extension of this engine. The reference engine looks for a block of that name, finds none, and says
/// so; were the block itself named, it would give out the list of leaves as the file.
/// </remarks>
internal sealed class AttachmentTree
{
    /// <summary>Length of a leaf as it is written, in bytes; the last one of a file may be shorter.</summary>
    public const int LeafLength = 1 << 20;

    /// <summary>Longest leaf that is read, in bytes.</summary>
    public const int MaxLeafLength = 1 << 23;

    /// <summary>Most leaves of a file: with leaves as they are written, room for the largest file.</summary>
    public const int MaxLeaves = (int)(NewAttachment.MaxLength / LeafLength);

    /// <summary>Longest root that is read, in bytes: room for as many leaves as there may be.</summary>
    public const int MaxRootLength = 32 + (MaxLeaves * MaxEntryLength);

    // The head of an array of three, two links, an integer of up to four bytes.
    private const int MaxEntryLength = 1 + (2 * DagCborWriter.LinkLength) + 5;

    private readonly AttachmentLeaf[] _leaves;
    private readonly long[] _starts;

    /// <summary>The tree of leaves.</summary>
    /// <param name="leaves">The leaves in the order of their bytes; at least one.</param>
    public AttachmentTree(AttachmentLeaf[] leaves)
    {
        _leaves = leaves;
        _starts = new long[leaves.Length];
        for (int i = 0; i < leaves.Length; i++)
        {
            _starts[i] = Length;
            Length += leaves[i].Length;
        }
    }

    /// <summary>Length of the whole file, in bytes.</summary>
    public long Length { get; }

    /// <summary>The leaves in the order of their bytes; one may be there several times.</summary>
    public IReadOnlyList<AttachmentLeaf> Leaves => _leaves;

    /// <summary>Reads the root that a data file holds.</summary>
    /// <param name="file">The file, which is checked to be what its name says.</param>
    /// <exception cref="DagCborException">It holds something else.</exception>
    public static AttachmentTree Read(CarFile file)
    {
        if (file.Roots.Count != 1 || file.Blocks.Count != 1 || file.Roots[0] != file.Blocks[0].Cid || file.Roots[0].Codec != CidCodec.DagCbor)
            throw new DagCborException(0, "the file does not hold one DAG-CBOR block, its root");
        ReadOnlySpan<byte> root = file.Content(file.Blocks[0]).Span;
        return file.Roots[0].Names(root) ? Read(root) : throw new DagCborException(0, "the root is not what its content id names");
    }

    /// <summary>Reads a root.</summary>
    /// <param name="root">The block's bytes, which are checked to be what its content id names.</param>
    /// <exception cref="DagCborException">It is not of this form, beyond the limits, or its lengths do not add up.</exception>
    public static AttachmentTree Read(ReadOnlySpan<byte> root)
    {
        if (root.Length > MaxRootLength)
            throw new DagCborException(0, $"the root of {root.Length} bytes is longer than {MaxRootLength}");
        var reader = new DagCborReader(root);
        if (reader.ReadMapHeader() != 2)
            throw reader.Fail("the root of an attached file has two fields");
        reader.ReadKey("size"u8);
        Int128 size = reader.ReadInteger();
        reader.ReadKey("leaves"u8);
        int count = reader.ReadArrayHeader();
        if (count is < 1 or > MaxLeaves)
            throw reader.Fail($"{count} leaves are not from 1 to {MaxLeaves}");
        var leaves = new AttachmentLeaf[count];
        for (int i = 0; i < count; i++)
            leaves[i] = ReadLeaf(ref reader);
        reader.ReadEnd();
        var tree = new AttachmentTree(leaves);
        return tree.Length == size && tree.Length <= NewAttachment.MaxLength
            ? tree
            : throw reader.Fail($"the leaves have {tree.Length} bytes together, and {size} are announced, of at most {NewAttachment.MaxLength}");
    }

    /// <summary>The block of the root.</summary>
    public Block ToBlock()
    {
        var writer = new DagCborWriter(32 + (_leaves.Length * MaxEntryLength));
        writer.WriteMapHeader(2);
        writer.WriteText("size"u8);
        writer.WriteInteger(Length);
        writer.WriteText("leaves"u8);
        writer.WriteArrayHeader(_leaves.Length);
        foreach (AttachmentLeaf leaf in _leaves)
        {
            writer.WriteArrayHeader(3);
            writer.WriteLink(leaf.Car);
            writer.WriteLink(leaf.Cid);
            writer.WriteInteger(leaf.Length);
        }

        return Block.Of(CidCodec.DagCbor, writer.ToArray());
    }

    /// <summary>Which leaf holds a byte.</summary>
    /// <param name="position">From 0 to below <see cref="Length"/>.</param>
    public int Find(long position)
    {
        int at = Array.BinarySearch(_starts, position);
        return at >= 0 ? at : ~at - 1;
    }

    /// <summary>Where a leaf begins in the file, in bytes.</summary>
    public long StartOf(int leaf) => _starts[leaf];

    private static AttachmentLeaf ReadLeaf(ref DagCborReader reader)
    {
        if (reader.ReadArrayHeader() != 3)
            throw reader.Fail("a leaf is not three values");
        Cid car = reader.ReadLink();
        Cid cid = reader.ReadLink();
        Int128 length = reader.ReadInteger();
        if (car.Codec != CidCodec.Car || cid.Codec != CidCodec.Raw)
            throw reader.Fail("a leaf is not a raw block in a CAR file");
        return length >= 1 && length <= MaxLeafLength
            ? new AttachmentLeaf(car, cid, (int)length)
            : throw reader.Fail($"a leaf of {length} bytes is not from 1 to {MaxLeafLength}");
    }
}
