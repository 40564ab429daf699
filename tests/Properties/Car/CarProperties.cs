using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Properties.Blocks;
using FsCheck.Xunit;
using Xunit;

namespace FireproofBench.Properties.Car;

public sealed class CarProperties
{
    [Property(Arbitrary = [typeof(CidValues)])]
    public void A_file_round_trips(Cid[] roots, byte[][] contents)
    {
        Block[] blocks = [.. contents.Select(static content => Block.Of(CidCodec.Raw, content))];
        byte[] written = CarWriter.Write(roots, blocks);
        CarFile file = CarFile.Parse(written);
        Assert.Equal(roots, file.Roots);
        Assert.Equal(blocks.Length, file.Blocks.Count);
        for (int i = 0; i < blocks.Length; i++)
        {
            Assert.Equal(blocks[i].Cid, file.Blocks[i].Cid);
            Assert.Equal(contents[i], file.Content(file.Blocks[i]).ToArray());
        }

        int header = CarWriter.Write(roots, []).Length;
        Assert.Equal(written.Length, header + blocks.Sum(static block => CarWriter.SectionLength(block.Bytes.Length)));
    }

    [Property(Arbitrary = [typeof(CidValues)], MaxTest = 30)]
    public void A_file_that_is_cut_is_refused_or_ends_between_two_blocks(Cid[] roots, byte[][] contents)
    {
        Block[] blocks = [.. contents.Take(5).Select(static content => Block.Of(CidCodec.Raw, content))];
        byte[] written = CarWriter.Write(roots, blocks);
        var ends = new HashSet<int>();
        for (int i = 0; i <= blocks.Length; i++)
            ends.Add(CarWriter.Write(roots, blocks.AsSpan(0, i)).Length);
        for (int length = 0; length < written.Length; length++)
        {
            if (ends.Contains(length))
                Assert.True(CarFile.Parse(written.AsMemory(0, length)).Blocks.Count < blocks.Length);
            else
                Assert.Throws<CarException>(() => CarFile.Parse(written.AsMemory(0, length)));
        }
    }
}
