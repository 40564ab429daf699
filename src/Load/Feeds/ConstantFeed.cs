using System.Collections.Immutable;

namespace FireproofBench.Load.Feeds;

/// <summary>Each worker has one row, and keeps it; with fewer rows than workers several have the same.</summary>
/// <param name="rows">The rows, at least one.</param>
internal sealed class ConstantFeed(ImmutableArray<FeedRow> rows) : IDataFeed
{
    /// <inheritdoc/>
    public FeedRow Next(int worker, long number) => rows[Math.Max(0, worker) % rows.Length];
}
