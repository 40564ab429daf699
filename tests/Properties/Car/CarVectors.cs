using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Car;
using FireproofBench.Engine.Crypto;
using FireproofBench.Properties.Blocks;
using Xunit;

namespace FireproofBench.Properties.Car;

/// <summary>Source of the vectors: car.jsonl, written by @ipld/car 5.4.7.</summary>
public sealed class CarVectors
{
    public static TheoryData<int, string> Files => VectorFile.Rows("car", static line => line.Text("name"));

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_written_and_read_as_by_the_reference_engine(int line, string name)
    {
        JsonElement vector = VectorFile.Lines("car")[line];
        byte[] expected = vector.Hex("hex");
        Cid[] roots = [.. vector.Texts("roots").Select(Cid.Parse)];
        Block[] blocks = [.. vector.GetProperty("blocks").EnumerateArray().Select(static block => new Block(Cid.Parse(block.Text("cid")), block.Hex("hex")))];

        byte[] written = CarWriter.Write(roots, blocks);
        Assert.Equal(Convert.ToHexStringLower(expected), Convert.ToHexStringLower(written));
        Assert.Equal(vector.Text("cid24"), SealedFile.NameOf(written).ToString());

        CarFile file = CarFile.Parse(expected);
        Assert.Equal(roots, file.Roots);
        Assert.Equal(blocks.Select(static block => block.Cid), file.Blocks.Select(static block => block.Cid));
        foreach ((CarBlock read, Block block) in file.Blocks.Zip(blocks))
        {
            Assert.Equal(block.Bytes.ToArray(), file.Content(read).ToArray());
            Assert.True(read.Cid.Names(file.Content(read).Span), name);
        }
    }
}
