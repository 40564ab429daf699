using FireproofBench.Engine.Cbor;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Cbor;

public sealed class DagCborProperties
{
    [Property(Arbitrary = [typeof(CborValues)], MaxTest = 300)]
    public void Every_value_is_read_back_and_written_the_same(CborValue value)
    {
        byte[] encoded = CborTree.Encode(value.Tree);
        DagCborValidator.Validate(encoded);
        DagCborValidator.ValidateCanonical(encoded);
        Assert.Equal(encoded, CborTree.Encode(CborTree.Decode(encoded)));
    }

    [Property(Arbitrary = [typeof(CborValues)], MaxTest = 300)]
    public void The_writer_gives_the_canonical_bytes_of_an_independent_codec(CborValue value) =>
        Assert.Equal(Convert.ToHexStringLower(CborTree.EncodeByOracle(value.Tree)), Convert.ToHexStringLower(CborTree.Encode(value.Tree)));

    [Property(Arbitrary = [typeof(CborValues)], MaxTest = 200)]
    public void Skip_passes_over_exactly_one_value(CborValue value, CborValue next)
    {
        byte[] first = CborTree.Encode(value.Tree);
        var reader = new DagCborReader([.. first, .. CborTree.Encode(next.Tree)]);
        reader.Skip();
        Assert.Equal(first.Length, reader.Position);
        reader.Skip();
        reader.ReadEnd();
    }

    [Property(Arbitrary = [typeof(CborValues)], MaxTest = 100)]
    public void Every_prefix_of_a_block_is_refused(CborValue value)
    {
        byte[] encoded = CborTree.Encode(value.Tree);
        for (int length = 0; length < Math.Min(encoded.Length, 500); length++)
            Assert.Throws<DagCborException>(() => DagCborValidator.Validate(encoded.AsSpan(0, length)));
    }

    [Property(Arbitrary = [typeof(CborValues)], MaxTest = 500)]
    public void A_flipped_bit_is_refused_or_gives_another_value_in_its_one_form(CborValue value, int position)
    {
        byte[] block = CborTree.Encode(value.Tree);
        int bit = (int)((uint)position % (uint)(block.Length * 8));
        block[bit / 8] ^= (byte)(1 << (bit % 8));

        bool canonical = Accepts(DagCborValidator.ValidateCanonical, block);
        if (!Accepts(DagCborValidator.Validate, block))
        {
            Assert.False(canonical, "the canonical check accepts what the lenient one refuses");
            return;
        }

        byte[] again = CborTree.Encode(CborTree.Decode(block));
        DagCborValidator.ValidateCanonical(again);
        Assert.Equal(canonical, again.AsSpan().SequenceEqual(block));
    }

    [Property]
    public void Keys_are_ordered_by_length_and_then_by_bytes(byte[] left, byte[] right)
    {
        string l = left.Length.ToString("x8", null) + Convert.ToHexString(left);
        string r = right.Length.ToString("x8", null) + Convert.ToHexString(right);
        Assert.Equal(Math.Sign(string.CompareOrdinal(l, r)), Math.Sign(DagCborValidator.CompareKeys(left, right)));
    }

    [Fact]
    public void A_lone_surrogate_is_written_as_the_replacement_character() => Assert.Equal(CborTree.Encode("a\ufffdb"), CborTree.Encode("a\ud800b"));

    [Fact]
    public void A_cleared_writer_starts_again_in_the_same_buffer()
    {
        var writer = new DagCborWriter(1);
        writer.WriteText(new string('x', 5000));
        writer.Clear();
        writer.WriteText("é");
        Assert.Equal("62c3a9", Convert.ToHexStringLower(writer.Written));
    }

    private static bool Accepts(Check check, byte[] block)
    {
        try
        {
            check(block);
            return true;
        }
        catch (DagCborException)
        {
            return false;
        }
    }

    private delegate void Check(ReadOnlySpan<byte> block);
}
