using System.Collections.Immutable;
using System.Globalization;

namespace FireproofBench.Load.Feeds;

/// <summary>Any row, each with the same chance, by the seed, the worker and the number alone.</summary>
/// <param name="rows">The rows, at least one.</param>
/// <param name="seed">The seed of the run.</param>
internal sealed class RandomFeed(ImmutableArray<FeedRow> rows, long seed) : IDataFeed
{
    /// <inheritdoc/>
    public FeedRow Next(int worker, long number) => rows[new Dice(seed, string.Create(CultureInfo.InvariantCulture, $"feed {worker} {number}")).Below(rows.Length)];
}
