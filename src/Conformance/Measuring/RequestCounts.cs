namespace FireproofBench.Conformance.Measuring;

/// <summary>How many requests a run made, by kind.</summary>
/// <param name="Put">Puts, conditional ones included.</param>
/// <param name="Get">Gets, whole and by range.</param>
/// <param name="Head">Heads.</param>
/// <param name="Delete">Deletes.</param>
/// <param name="List">Pages listed.</param>
/// <param name="Retried">Those among them that repeated a throttled or failed one.</param>
internal sealed record RequestCounts(long Put, long Get, long Head, long Delete, long List, long Retried)
{
    /// <summary>All requests.</summary>
    public long Total => Put + Get + Head + Delete + List;
}
