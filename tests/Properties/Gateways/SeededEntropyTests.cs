using FireproofBench.Gateways.Entropy;
using Xunit;

namespace FireproofBench.Properties.Gateways;

public sealed class SeededEntropyTests
{
    [Fact]
    public void The_state_is_filled_by_split_mix_and_the_numbers_are_those_of_xoshiro()
    {
        // Worked by hand from the published algorithms: SplitMix64 of seed 0 starts e220a8397b1dcdaf, 6e789e6aa1b965f4; the first output is rotl(second * 5, 7) * 9.
        byte[] bytes = new byte[8];
        new SeededEntropy(0).Fill(bytes);
        ulong expected = unchecked(ulong.RotateLeft(0x6e789e6aa1b965f4UL * 5, 7) * 9);
        Assert.Equal(expected, BitConverter.ToUInt64(bytes));
    }

    [Fact]
    public void One_seed_gives_one_sequence_and_another_seed_another()
    {
        byte[] first = Take(1, 10, 3, 19);
        Assert.Equal(first, Take(1, 10, 3, 19));
        Assert.NotEqual(first, Take(2, 10, 3, 19));
        Assert.True(first.Distinct().Count() > 20);
    }

    private static byte[] Take(ulong seed, params int[] lengths)
    {
        SeededEntropy entropy = new(seed);
        return [.. lengths.SelectMany(length =>
        {
            byte[] bytes = new byte[length];
            entropy.Fill(bytes);
            return bytes;
        })];
    }
}
