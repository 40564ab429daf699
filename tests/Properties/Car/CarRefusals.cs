using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Cbor;
using Xunit;

namespace FireproofBench.Properties.Car;

/// <summary>Files from outside that must be refused. Source: CARv1 specification.</summary>
public sealed class CarRefusals
{
    private static readonly Block _block = Block.Of(CidCodec.DagCbor, new byte[] { 0xa0 });

    [Theory]
    [InlineData("", "an empty file")]
    [InlineData("00", "a header without length")]
    [InlineData("80", "a cut length")]
    [InlineData("8000", "a length that is not the shortest")]
    [InlineData("ffffffffffffffffff7f", "a length of ten bytes")]
    [InlineData("ffffffffffffffff7f", "a length of 2^63-1")]
    [InlineData("ffffffff07", "a length of 2^31-1")]
    [InlineData("01a0", "a header that is an empty map")]
    [InlineData("0180", "a header that is an array")]
    [InlineData("0aa16776657273696f6e01", "no roots: the pragma of version 2")]
    [InlineData("0aa16776657273696f6e02", "the pragma of version 2")]
    [InlineData("11a265726f6f7473806776657273696f6e02", "version 2")]
    [InlineData("11a265726f6f7473806776657273696f6e00", "version 0")]
    [InlineData("11a265726f6f7473806776657273696f6e20", "version -1")]
    [InlineData("11a26776657273696f6e0165726f6f747380", "fields out of order")]
    [InlineData("11a265726f6f747380677665727369706e01", "another field")]
    [InlineData("11a265726f6f7473a06776657273696f6e01", "roots that are a map")]
    [InlineData("12a265726f6f747381006776657273696f6e01", "a root that is an integer")]
    [InlineData("15a265726f6f74739a7fffffff6776657273696f6e01", "2^31-1 roots")]
    [InlineData("19a265726f6f74739bffffffffffffffff6776657273696f6e01", "2^64-1 roots")]
    [InlineData("12a265726f6f7473806776657273696f6e0100", "a byte behind the header")]
    public void Its_header_is_refused(string hex, string what)
    {
        byte[] file = Convert.FromHexString(hex);
        CarException refusal = Assert.Throws<CarException>(() => CarFile.Parse(file));
        Assert.InRange(refusal.Offset, 0, file.Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<CarException>(() => CarFile.Parse(file));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64 * 1024, what);
    }

    [Theory]
    [InlineData("00", "an empty section")]
    [InlineData("05", "a section beyond the end")]
    [InlineData("23", "a section shorter than a content id")]
    [InlineData("ffffffffffffffff7f", "a section of 2^63-1 bytes")]
    [InlineData("8080808010", "a section of 2^32 bytes")]
    [InlineData("2400711220", "a content id of version 0")]
    [InlineData("2401701220", "another codec: dag-pb")]
    [InlineData("2401711320", "another hash: sha2-512")]
    [InlineData("240171121f", "another length of the hash")]
    [InlineData("241220", "a bare multihash")]
    public void Its_section_is_refused_where_it_starts(string hex, string what)
    {
        byte[] good = CarWriter.Write([_block.Cid], [_block]);
        byte[] section = Convert.FromHexString(hex);
        if (section is [0x23 or 0x24, ..])
            section = [.. section, .. new byte[section[0] + 1 - section.Length]];
        CarException refusal = Assert.Throws<CarException>(() => CarFile.Parse((byte[])[.. good, .. section]));
        Assert.True(refusal.Offset - good.Length is 0 or 1, $"{what}: {refusal.Message}");
    }

    [Fact]
    public void A_file_that_ends_in_zeros_reserves_no_place_for_each_of_them()
    {
        byte[] file = [.. CarWriter.Write([_block.Cid], [_block]), .. new byte[1 << 20]];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<CarException>(() => CarFile.Parse(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
    }

    [Fact]
    public void A_header_beyond_its_limit_is_refused()
    {
        Cid[] roots = new Cid[(CarLimits.MaxHeaderLength / DagCborWriter.LinkLength) + 1];
        Array.Fill(roots, _block.Cid);
        byte[] tooLong = CarWriter.Write(roots, []);
        Assert.Throws<CarException>(() => CarFile.Parse(tooLong));
        Assert.Equal(roots.Length - 2, CarFile.Parse(CarWriter.Write(roots.AsSpan(2), [])).Roots.Count);
    }

    [Fact]
    public void Blocks_may_repeat_and_be_empty()
    {
        Block empty = Block.Of(CidCodec.Raw, ReadOnlyMemory<byte>.Empty);
        CarFile file = CarFile.Parse(CarWriter.Write([], [empty, _block, empty]));
        Assert.Empty(file.Roots);
        Assert.Equal([0, 1, 0], file.Blocks.Select(static block => block.Length));
    }
}
