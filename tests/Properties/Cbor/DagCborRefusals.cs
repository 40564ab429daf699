using FireproofBench.Engine.Cbor;
using Xunit;

namespace FireproofBench.Properties.Cbor;

/// <summary>Bytes from outside that must be refused, and that must not cost memory by what they claim. Source: RFC 8949, DAG-CBOR specification.</summary>
public sealed class DagCborRefusals
{
    [Theory]
    [InlineData("", "nothing")]
    [InlineData("1800", "an integer in two bytes that fits one")]
    [InlineData("1817", "23 in two bytes")]
    [InlineData("1900ff", "255 in three bytes")]
    [InlineData("1a0000ffff", "65535 in five bytes")]
    [InlineData("1b00000000ffffffff", "2^32-1 in nine bytes")]
    [InlineData("3817", "-24 in two bytes")]
    [InlineData("580161", "a byte string with too long a head")]
    [InlineData("780161", "text with too long a head")]
    [InlineData("980101", "an array with too long a head")]
    [InlineData("b801616101", "a map with too long a head")]
    [InlineData("d9002a4101", "a tag with too long a head")]
    [InlineData("1c", "a reserved head")]
    [InlineData("1f", "an integer without length")]
    [InlineData("5f4100ff", "a byte string in pieces")]
    [InlineData("7f6161ff", "text in pieces")]
    [InlineData("9fff", "an array without length")]
    [InlineData("bfff", "a map without length")]
    [InlineData("ff", "a break")]
    [InlineData("6161ff", "a trailing byte")]
    [InlineData("f6f6", "two values")]
    [InlineData("62c328", "text that is not UTF-8")]
    [InlineData("63eda080", "a surrogate in UTF-8")]
    [InlineData("62c080", "an overlong zero")]
    [InlineData("61c3", "a cut character")]
    [InlineData("a162c32801", "a key that is not UTF-8")]
    [InlineData("a10101", "a key that is an integer")]
    [InlineData("a1f601", "a key that is null")]
    [InlineData("a1410101", "a key that is bytes")]
    [InlineData("c074", "tag 0")]
    [InlineData("c11a514b67b0", "tag 1")]
    [InlineData("c249010000000000000000", "a big number")]
    [InlineData("d82b40", "tag 43")]
    [InlineData("d82a00", "tag 42 around an integer")]
    [InlineData("d82a40", "tag 42 around nothing")]
    [InlineData("d82a4101", "tag 42 without the zero")]
    [InlineData("d82a420000", "tag 42 around no content id")]
    [InlineData("d82a", "tag 42 alone")]
    [InlineData("f97e00", "NaN in two bytes")]
    [InlineData("fa7fc00000", "NaN in four bytes")]
    [InlineData("fb7ff8000000000001", "NaN in eight bytes")]
    [InlineData("f97c00", "infinity in two bytes")]
    [InlineData("faff800000", "negative infinity in four bytes")]
    [InlineData("fb7ff0000000000000", "infinity in eight bytes")]
    [InlineData("f800", "a simple value in two bytes")]
    [InlineData("e0", "simple value 0")]
    [InlineData("f3", "simple value 19")]
    [InlineData("fb3ff0", "a cut number")]
    [InlineData("a2616101616101", "a repeated key among sorted ones")]
    [InlineData("a3616201616101616203", "a repeated key among unsorted ones")]
    [InlineData("a3626262a2616201616102616103616104", "a repeated key behind an unsorted map within")]
    [InlineData("82a2616201616102a3616201616102616203", "a repeated key in the second of two unsorted maps")]
    [InlineData("a161", "a cut key")]
    [InlineData("8201", "a cut array")]
    public void It_is_refused(string hex, string what)
    {
        byte[] block = Convert.FromHexString(hex);
        DagCborException refusal = Assert.Throws<DagCborException>(() => DagCborValidator.Validate(block));
        Assert.InRange(refusal.Offset, 0, block.Length);
        Assert.False(string.IsNullOrWhiteSpace(refusal.Message), what);
        Assert.Throws<DagCborException>(() => DagCborValidator.ValidateCanonical(block));
    }

    [Theory]
    [InlineData("a2616201616102", "keys out of order")]
    [InlineData("a2626262a2616201616102616103", "keys out of order within keys out of order")]
    [InlineData("82a2616201616102a2616201616102", "the same unsorted keys in two maps")]
    [InlineData("f7", "undefined")]
    [InlineData("f93e00", "a number in two bytes")]
    [InlineData("fa3fc00000", "a number in four bytes")]
    [InlineData("fb3ff0000000000000", "a whole number as a float")]
    [InlineData("fb8000000000000000", "negative zero")]
    public void It_is_read_but_is_not_canonical(string hex, string what)
    {
        byte[] block = Convert.FromHexString(hex);
        DagCborValidator.Validate(block);
        DagCborException refusal = Assert.Throws<DagCborException>(() => DagCborValidator.ValidateCanonical(block));
        Assert.False(string.IsNullOrWhiteSpace(refusal.Message), what);
        Assert.NotEqual(hex, Convert.ToHexStringLower(CborTree.Encode(CborTree.Decode(block))));
    }

    [Fact]
    public void A_key_that_repeats_among_many_unsorted_ones_is_found()
    {
        var writer = new DagCborWriter();
        writer.WriteMapHeader(2000);
        for (int i = 0; i < 1999; i++)
        {
            writer.WriteText("key" + ((i * 7) % 1999));
            writer.WriteNull();
        }

        writer.WriteText("key1000");
        writer.WriteNull();
        DagCborException refusal = Assert.Throws<DagCborException>(() => DagCborValidator.Validate(writer.Written));
        Assert.Contains("key1000", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x80)]
    [InlineData(0xa1)]
    public void Nesting_is_read_to_256_levels_and_refused_at_257(int head)
    {
        Assert.Equal(256, DagCborLimits.MaxDepth);
        DagCborValidator.Validate(Nested(head, DagCborLimits.MaxDepth));
        byte[] deeper = Nested(head, DagCborLimits.MaxDepth + 1);
        Assert.Throws<DagCborException>(() => DagCborValidator.Validate(deeper));
        Assert.Throws<DagCborException>(() => new DagCborReader(deeper).Skip());
        new DagCborReader(Nested(head, DagCborLimits.MaxDepth)).Skip();
    }

    [Theory]
    [InlineData("9affffffff", "an array of 2^32-1 items")]
    [InlineData("9bffffffffffffffff", "an array of 2^64-1 items")]
    [InlineData("9a7fffffff", "an array of 2^31-1 items")]
    [InlineData("baffffffff", "a map of 2^32-1 pairs")]
    [InlineData("bb7fffffffffffffff", "a map of 2^63-1 pairs")]
    [InlineData("5a7fffffff", "a byte string of 2 GiB")]
    [InlineData("5bffffffffffffffff", "a byte string of 2^64-1 bytes")]
    [InlineData("7a7fffffff", "text of 2 GiB")]
    [InlineData("7bffffffffffffffff", "text of 2^64-1 bytes")]
    public void A_claim_beyond_the_block_allocates_nothing_for_it(string hex, string what)
    {
        byte[] block = Convert.FromHexString(hex);
        Assert.Throws<DagCborException>(() => DagCborValidator.Validate(block));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<DagCborException>(() => DagCborValidator.Validate(block));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < 64 * 1024, $"{what} took {allocated} bytes");
    }

    [Fact]
    public void A_number_that_has_no_form_is_refused_by_the_writer()
    {
        var writer = new DagCborWriter();
        Assert.Throws<ArgumentException>(() => writer.WriteNumber(double.NaN));
        Assert.Throws<ArgumentException>(() => writer.WriteNumber(double.NegativeInfinity));
        Assert.Equal(0, writer.Length);
    }

    [Fact]
    public void Another_kind_of_value_than_asked_for_is_refused_where_it_stands()
    {
        byte[] block = [0x82, 0x01, 0x61, (byte)'a'];
        DagCborException refusal = Assert.Throws<DagCborException>(() =>
        {
            var reader = new DagCborReader(block);
            reader.ReadArrayHeader();
            reader.ReadInteger();
            reader.ReadBytes();
        });
        Assert.Equal(2, refusal.Offset);
    }

    private static byte[] Nested(int head, int levels)
    {
        var bytes = new List<byte>();
        for (int i = 0; i < levels; i++)
        {
            bool last = i == levels - 1;
            if (head == 0x80)
                bytes.Add((byte)(last ? 0x80 : 0x81));
            else
                bytes.AddRange(last ? [0xa0] : [(byte)0xa1, 0x61, (byte)'k']);
        }

        return [.. bytes];
    }
}
