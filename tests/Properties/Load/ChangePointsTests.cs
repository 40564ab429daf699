using FireproofBench.Load.Trends;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class ChangePointsTests
{
    [Theory]
    [InlineData(10, 7)]
    [InlineData(12, 3)]
    [InlineData(36, 21)]
    [InlineData(200, 150)]
    public void A_new_level_is_found_at_its_first_value(int count, int place) => Assert.All(
        Enumerable.Range(1, 20), seed => Assert.Equal([place], Find(Noisy(seed, count, i => i < place ? 10 : 13))));

    [Fact]
    public void Each_of_several_levels_is_found() =>
        Assert.Equal([20, 40], Find(Noisy(1, 60, static i => i < 20 ? 10 : i < 40 ? 15 : 8)));

    [Fact]
    public void A_level_that_stays_has_no_change_whatever_its_noise() =>
        Assert.All(Enumerable.Range(1, 50), static seed => Assert.Empty(Find(Noisy(seed, 40, static _ => 10))));

    [Fact]
    public void One_value_alone_is_no_level() => Assert.Empty(Find(Noisy(1, 30, static i => i == 12 ? 40 : 10)));

    [Fact]
    public void A_level_within_the_tolerance_or_the_floor_is_the_same()
    {
        double[] values = [.. Enumerable.Range(0, 30).Select(static i => i < 15 ? 10.0 : 10.4)];
        Assert.Empty(ChangePoints.Of(values, 0.05, 0, 0.05, 1));
        Assert.Equal([15], ChangePoints.Of(values, 0.01, 0, 0.05, 1));
        Assert.Empty(ChangePoints.Of(values, 0.01, 0.5, 0.05, 1));
    }

    [Fact]
    public void A_stricter_level_takes_more_values_to_be_sure()
    {
        double[] values = Noisy(1, 10, static i => i < 7 ? 10 : 13);
        Assert.Equal([7], ChangePoints.Of(values, 0.1, 0, 0.05, 1));
        Assert.Empty(ChangePoints.Of(values, 0.1, 0, 0.001, 1));
        Assert.Equal([14], ChangePoints.Of(Noisy(1, 20, static i => i < 14 ? 10 : 13), 0.1, 0, 0.001, 1));
    }

    [Fact]
    public void Few_values_say_nothing()
    {
        Assert.Empty(Find([]));
        Assert.Empty(Find([1]));
        Assert.Empty(Find([1, 1, 9]));
        Assert.Empty(Find([1, 1, 9, 9]));
    }

    private static int[] Find(double[] values) => [.. ChangePoints.Of(values, 0.1, 0, 0.05, 1)];

    // Within 3 % of the level.
    private static double[] Noisy(int seed, int count, Func<int, double> level)
    {
        Dice dice = new(seed, "noise");
        return [.. Enumerable.Range(0, count).Select(i => level(i) * (1 + (0.06 * (dice.Fraction() - 0.5))))];
    }
}
