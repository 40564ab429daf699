using System.Collections.Immutable;

namespace FireproofBench.Load.Feeds;

/// <summary>Rows that a user gave, and how they are to be used.</summary>
/// <param name="Name">The name of the file, without its folder.</param>
/// <param name="Digest">SHA-256 of the file in lower-case hexadecimal digits: runs with other data are not alike.</param>
/// <param name="Order">Which row comes next.</param>
/// <param name="Rows">The rows, at least one.</param>
internal sealed record FeedSource(string Name, string Digest, FeedOrder Order, ImmutableArray<FeedRow> Rows)
{
    /// <summary>A feed for one run.</summary>
    /// <param name="seed">The seed of the run.</param>
    /// <param name="workers">How many workers it has.</param>
    public IDataFeed Open(long seed, int workers) => Order switch
    {
        FeedOrder.Random => new RandomFeed(Rows, seed),
        FeedOrder.Constant => new ConstantFeed(Rows),
        _ => new CircularFeed(Rows, workers),
    };
}
