using System.Collections.Immutable;
using FireproofBench.Load.Recording;
using FireproofBench.Scenarios.Loading;
using Xunit;

namespace FireproofBench.Properties.Load;

public sealed class LoadTableTests
{
    private static readonly LatencySummary s_latencies = new(100, Ms(2), Ms(1.5), Ms(3), Ms(20), Ms(30), Ms(40));

    [Fact]
    public void It_shows_the_last_interval_the_calls_so_far_and_what_went_wrong()
    {
        LoadTable table = new("raw-put on [minio]", TimeSpan.FromSeconds(10), hasArrivals: true);
        _ = table.Draw(Row(0, ImmutableSortedDictionary<AnomalyKind, long>.Empty), 100, inColour: false);
        string drawn = table.Draw(Row(1, ImmutableSortedDictionary<AnomalyKind, long>.Empty.Add(AnomalyKind.LostUpdate, 2)), 100, inColour: false);
        Assert.StartsWith("raw-put on [minio]  ████", drawn, StringComparison.Ordinal);
        Assert.Contains("2 s of 10", drawn, StringComparison.Ordinal);
        Assert.Matches("put +100 +1.5 ms +20 ms +40 ms +200 +6", drawn);
        Assert.Contains("heads 3", drawn, StringComparison.Ordinal);
        Assert.Contains("2 lost-update", drawn, StringComparison.Ordinal);
        Assert.Contains("10 arrivals dropped", drawn, StringComparison.Ordinal);
        Assert.Contains("generator late p99 20 ms", drawn, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', drawn);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(200)]
    public void No_line_reaches_the_edge_of_the_terminal(int width)
    {
        string drawn = new LoadTable("raw-put on minio", TimeSpan.FromSeconds(10), hasArrivals: true).Draw(Row(0, ImmutableSortedDictionary<AnomalyKind, long>.Empty), width, inColour: false);
        Assert.EndsWith("\n", drawn, StringComparison.Ordinal);
        Assert.All(drawn.Split('\n'), line => Assert.True(line.TrimEnd('\r').Length < Math.Max(width, 21), line));
    }

    private static IntervalRow Row(int second, ImmutableSortedDictionary<AnomalyKind, long> anomalies) => new(
        TimeSpan.FromSeconds(second), TimeSpan.FromSeconds(1), [new StepRow("put", 3, 4096, s_latencies, s_latencies)], 100, 5, s_latencies, s_latencies, anomalies,
        ImmutableSortedDictionary<string, double>.Empty.Add("heads", 3));

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
