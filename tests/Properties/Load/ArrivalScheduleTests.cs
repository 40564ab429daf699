using FireproofBench.Load.Pacing;
using FireproofBench.Load.Simulations;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class ArrivalScheduleTests
{
    private static readonly TimeSpan s_ten = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_constant_rate_gives_equal_distances_and_exactly_as_many_arrivals_as_it_says()
    {
        List<TimeSpan> arrivals = All((200, 200), Arrivals.Constant);
        Assert.Equal(2000, arrivals.Count);
        Assert.Equal(TimeSpan.Zero, arrivals[0]);
        for (int i = 0; i < arrivals.Count; i++)
            Assert.Equal(i * 5.0, arrivals[i].TotalMilliseconds, 3);
    }

    [Theory]
    [InlineData(0, 200, 1000)]
    [InlineData(200, 0, 1000)]
    [InlineData(100, 300, 2000)]
    public void A_ramp_gives_the_mean_of_its_rates_and_follows_the_line_between_them(double from, double to, int count)
    {
        List<TimeSpan> arrivals = All((from, to), Arrivals.Constant);
        Assert.Equal(count, arrivals.Count);
        Assert.Equal(arrivals.Order(), arrivals);

        // In the half at a time t: the integral of the line up to it.
        double half = ((from * 5) + ((to - from) * 25 / 20));
        Assert.InRange(arrivals.Count(static arrival => arrival < TimeSpan.FromSeconds(5)), half - 1, half + 1);
        Assert.InRange(arrivals[^1], TimeSpan.Zero, s_ten);
    }

    [Fact]
    public void Poisson_arrivals_have_exponential_distances_and_are_the_same_for_a_seed()
    {
        List<TimeSpan> arrivals = All((2000, 2000), Arrivals.Poisson);
        Assert.InRange(arrivals.Count, 20_000 - (4 * 142), 20_000 + (4 * 142));
        double[] gaps = [.. arrivals.Zip(arrivals.Skip(1), static (one, next) => (next - one).TotalSeconds)];
        double mean = gaps.Average();
        Assert.InRange(mean, 0.00048, 0.00052);

        // The standard deviation of an exponential distribution is its mean, and a share of 1 - 1/e lies below that.
        Assert.InRange(Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean))), 0.00047, 0.00053);
        Assert.InRange(gaps.Count(gap => gap < mean) / (double)gaps.Length, 0.62, 0.645);
        Assert.Equal(arrivals, All((2000, 2000), Arrivals.Poisson));
        Assert.NotEqual(arrivals, All((2000, 2000), Arrivals.Poisson, seed: 2));
    }

    private static List<TimeSpan> All((double From, double To) rate, Arrivals arrivals, long seed = 1)
    {
        ArrivalSchedule schedule = new(rate, s_ten, arrivals, new Dice(seed, "arrivals"));
        List<TimeSpan> all = [];
        while (schedule.Next() is { } next)
            all.Add(next);
        return all;
    }
}
