using System.Collections.Immutable;
using FireproofBench.Load.Comparing;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class IntervalGapsTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("0,1,2,3", 4, "1111")]
    [InlineData("1,3", 4, "0101")]
    [InlineData("", 3, "000")]
    [InlineData("0", 0.6, "1")]
    [InlineData("0", 0.4, "-")]
    [InlineData("0,2", 2.6, "101")]
    [InlineData("0,1,5", 2, "11-")]
    [InlineData("1,9", 3, "010-")]
    [InlineData("-1,0,1", 2, "-11")]
    [InlineData("-1", 2, "-00")]
    public void What_a_log_leaves_out_is_put_back_as_long_as_there_was_load(string known, double loaded, string expected)
    {
        ImmutableArray<MeasuredInterval> all = IntervalGaps.Fill(
            known.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static at => (int.Parse(at, null) * s_second, new MeasuredInterval(s_second, [(1000, 1)]))), s_second, loaded * s_second);
        Assert.Equal(expected, string.Concat(all.Select(static interval => !interval.HasLoad ? '-' : interval.Counts.IsEmpty ? '0' : '1')));
    }

    [Fact]
    public void Intervals_that_are_a_little_late_leave_no_gap()
    {
        Dice dice = new(1, "late");
        List<(TimeSpan At, MeasuredInterval Interval)> known = [];
        TimeSpan at = TimeSpan.Zero;
        for (int i = 0; i < 100; i++)
        {
            TimeSpan length = s_second + ((dice.Fraction() - 0.5) * 0.4 * s_second);
            known.Add((at, new MeasuredInterval(length, [(1000, 1)])));
            at += length;
        }

        Assert.Equal(100, IntervalGaps.Fill(known, s_second, at).Length);
    }
}
