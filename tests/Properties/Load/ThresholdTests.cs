using FireproofBench.Load.Judging;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class ThresholdTests
{
    private static readonly string[] s_steps = ["put", "get"];

    [Theory]
    [InlineData("p99(put) < 200ms", 0.2)]
    [InlineData(" p99.9( get , actual )<=1.5s ", 1.5)]
    [InlineData("max(get) < 800us", 0.0008)]
    [InlineData("mean(put) < 5ms", 0.005)]
    [InlineData("rate(put) >= 500/s", 500)]
    [InlineData("bytes > 1000000", 1_000_000)]
    [InlineData("errors(put) < 0.1%", 0.001)]
    [InlineData("errors == 0", 0)]
    [InlineData("anomalies == 0", 0)]
    [InlineData("dropped != 3", 3)]
    [InlineData("lateness < 1ms", 0.001)]
    public void A_threshold_is_read_with_its_limit_in_the_unit_that_is_measured(string text, double limit)
    {
        Threshold threshold = Threshold.Read(text, s_steps);
        Assert.Equal(limit, threshold.Limit, 9);
        Assert.Equal(text.Trim(), threshold.Text);
    }

    [Fact]
    public void Each_comparison_is_what_it_says()
    {
        (string Comparison, bool Below, bool At, bool Above)[] all =
            [("<", true, false, false), ("<=", true, true, false), (">", false, false, true), (">=", false, true, true), ("==", false, true, false), ("!=", true, false, true)];
        foreach ((string comparison, bool below, bool at, bool above) in all)
        {
            Threshold threshold = Threshold.Read($"count(put) {comparison} 5", s_steps);
            Assert.Equal((below, at, above), (threshold.Holds(4), threshold.Holds(5), threshold.Holds(6)));
        }
    }

    [Theory]
    [InlineData("p99 < 5ms", "of which step?")]
    [InlineData("p99(list) < 5ms", "there is no step 'list'; the scenario has put, get")]
    [InlineData("p99(put) < 5", "a latency needs a unit")]
    [InlineData("p101(put) < 5ms", "there is no metric 'p101'")]
    [InlineData("speed(put) < 5", "there is no metric 'speed'")]
    [InlineData("dropped(put) == 0", "is of the whole run")]
    [InlineData("rate(put, actual) > 5", "only latencies")]
    [InlineData("rate(put) > 5ms", "'ms' is no unit of this metric")]
    [InlineData("p99(put) ~ 5ms", "is no threshold")]
    [InlineData("", "is no threshold")]
    public void What_is_no_threshold_is_refused_with_the_reason(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => Threshold.Read(text, s_steps)).Message, StringComparison.Ordinal);
}
