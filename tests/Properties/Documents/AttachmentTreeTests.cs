using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;
using FireproofBench.Engine.Documents;
using Xunit;

namespace FireproofBench.Properties.Documents;

public sealed class AttachmentTreeTests
{
    private static readonly Cid _car = Cid.Of(CidCodec.Car, "car"u8);
    private static readonly Cid _raw = Cid.Of(CidCodec.Raw, "raw"u8);

    [Fact]
    public void A_root_comes_back_as_it_was_written_and_finds_every_byte()
    {
        AttachmentLeaf[] leaves = [new(_car, _raw, 10), new(_car, _raw, 1), new(_car, _raw, AttachmentTree.MaxLeafLength)];
        Block root = new AttachmentTree(leaves).ToBlock();
        DagCborValidator.ValidateCanonical(root.Bytes.Span);
        AttachmentTree tree = AttachmentTree.Read(root.Bytes.Span);
        Assert.Equal(leaves, tree.Leaves);
        Assert.Equal(11 + AttachmentTree.MaxLeafLength, tree.Length);
        Assert.Equal([0, 0, 1, 2, 2], ((long[])[0, 9, 10, 11, tree.Length - 1]).Select(tree.Find));
        Assert.Equal([0L, 10, 11], Enumerable.Range(0, 3).Select(tree.StartOf));
    }

    [Fact]
    public void The_largest_file_has_a_root_that_is_read()
    {
        var leaves = new AttachmentLeaf[AttachmentTree.MaxLeaves];
        Array.Fill(leaves, new AttachmentLeaf(_car, _raw, AttachmentTree.LeafLength));
        Assert.Equal(NewAttachment.MaxLength, AttachmentTree.Read(new AttachmentTree(leaves).ToBlock().Bytes.Span).Length);
    }

    [Theory]
    [InlineData(3L, 3L, true)]
    [InlineData(4L, 3L, false)]
    [InlineData(0L, 0L, false)]
    [InlineData(-1L, -1L, false)]
    [InlineData(AttachmentTree.MaxLeafLength + 1L, AttachmentTree.MaxLeafLength + 1L, false)]
    [InlineData(long.MaxValue, 3L, false)]
    public void Lengths_that_cannot_be_are_refused(long size, long leaf, bool holds) => Check(Write(size, [(_car, _raw, leaf)]), holds);

    [Fact]
    public void Leaves_that_are_too_many_or_none_or_of_another_kind_are_refused()
    {
        Check(Write(0, []), false);
        Check(Write(6, [(_car, _raw, 3), (_car, _raw, 3)]), true);
        Check(Write(3, [(_raw, _raw, 3)]), false);
        Check(Write(3, [(_car, _car, 3)]), false);
        Check(Write(AttachmentTree.MaxLeaves + 1, [.. Enumerable.Repeat((_car, _raw, 1L), AttachmentTree.MaxLeaves + 1)]), false);

        // As many as there may be, each as long as it may be, are more than a file may have.
        Check(Write((long)AttachmentTree.MaxLeaves * AttachmentTree.MaxLeafLength, [.. Enumerable.Repeat((_car, _raw, (long)AttachmentTree.MaxLeafLength), AttachmentTree.MaxLeaves)]), false);
    }

    [Fact]
    public void What_is_no_root_or_has_more_behind_it_is_refused()
    {
        byte[] good = Write(3, [(_car, _raw, 3)]);
        Check(good, true);
        Check([.. good, 0], false);
        Check(good[..^1], false);
        Check(Document.Parse("""{"_id":"a"}""").Block.Bytes.ToArray(), false);
        Check(new byte[AttachmentTree.MaxRootLength + 1], false);
    }

    private static void Check(byte[] root, bool holds)
    {
        if (holds)
            _ = AttachmentTree.Read(root);
        else
            Assert.Throws<DagCborException>(() => AttachmentTree.Read(root));
    }

    private static byte[] Write(long size, (Cid Car, Cid Cid, long Length)[] leaves)
    {
        var writer = new DagCborWriter();
        writer.WriteMapHeader(2);
        writer.WriteText("size"u8);
        writer.WriteInteger(size);
        writer.WriteText("leaves"u8);
        writer.WriteArrayHeader(leaves.Length);
        foreach ((Cid car, Cid cid, long length) in leaves)
        {
            writer.WriteArrayHeader(3);
            writer.WriteLink(car);
            writer.WriteLink(cid);
            writer.WriteInteger(length);
        }

        return writer.ToArray();
    }
}
