using System.Collections.Immutable;
using FireproofBench.Load.Feeds;
using Xunit;

namespace FireproofBench.Properties.Load.Feeds;

public sealed class DataFeedTests
{
    private static readonly ImmutableArray<FeedRow> s_rows = [.. Enumerable.Range(0, 10).Select(static number => new FeedRow($"\"n\":{number}", null))];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(16)]
    public void Circular_rows_are_all_used_once_before_one_comes_again(int workers)
    {
        IDataFeed feed = Source(FeedOrder.Circular).Open(1, workers);
        FeedRow[] taken = [.. Enumerable.Range(0, 20).Select(i => feed.Next(i % workers, i / workers))];
        Assert.Equal(s_rows, taken[..10]);
        Assert.Equal(s_rows, taken[10..]);
        Assert.Equal(s_rows, Enumerable.Range(0, 10).Select(number => feed.Next(-1, number)));
    }

    [Fact]
    public void Random_rows_come_equally_often_and_again_with_the_same_seed()
    {
        IDataFeed feed = Source(FeedOrder.Random).Open(7, 4);
        FeedRow[] taken = [.. Enumerable.Range(0, 4000).Select(i => feed.Next(i % 4, i / 4))];
        Assert.Equal(taken, Enumerable.Range(0, 4000).Select(i => Source(FeedOrder.Random).Open(7, 9).Next(i % 4, i / 4)));
        Assert.NotEqual(taken, Enumerable.Range(0, 4000).Select(i => Source(FeedOrder.Random).Open(8, 4).Next(i % 4, i / 4)));
        Assert.NotEqual(Enumerable.Range(0, 100).Select(number => feed.Next(0, number)), Enumerable.Range(0, 100).Select(number => feed.Next(1, number)));

        // Five standard deviations around 400.
        Assert.All(taken.CountBy(static row => row.Fields), static pair => Assert.InRange(pair.Value, 305, 495));
    }

    [Fact]
    public void A_constant_row_stays_with_its_worker()
    {
        IDataFeed feed = Source(FeedOrder.Constant).Open(1, 12);
        for (int worker = 0; worker < 12; worker++)
            Assert.All(Enumerable.Range(0, 5), number => Assert.Same(s_rows[worker % 10], feed.Next(worker, number)));
        Assert.Same(s_rows[0], feed.Next(-1, 3));
    }

    private static FeedSource Source(FeedOrder order) => new("rows.csv", "", order, s_rows);
}
