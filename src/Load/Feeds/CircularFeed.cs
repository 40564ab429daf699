using System.Collections.Immutable;

namespace FireproofBench.Load.Feeds;

/// <summary>The rows one after the other: workers that are equally fast have used each once before one comes again. What is prepared takes them from the first on.</summary>
/// <param name="rows">The rows, at least one.</param>
/// <param name="workers">How many workers share them, at least one.</param>
internal sealed class CircularFeed(ImmutableArray<FeedRow> rows, int workers) : IDataFeed
{
    /// <inheritdoc/>
    public FeedRow Next(int worker, long number) => rows[(int)((worker < 0 ? number : worker + (number * workers)) % rows.Length)];
}
