namespace FireproofBench.Peers;

/// <summary>How much a round does; sent to the reference engine's side as they are.</summary>
/// <param name="Transactions">Commits of one document each in the small databases.</param>
/// <param name="Documents">Documents of the large one, written by one bulk.</param>
/// <param name="Gets">Reads of a document in a round.</param>
/// <param name="GetsAfterBulk">The same for the reference engine after a bulk, where each takes it tens of milliseconds.</param>
/// <param name="Branch">Commits of each of two branches.</param>
internal sealed record Sizes(int Transactions, int Documents, int Gets, int GetsAfterBulk, int Branch)
{
    /// <summary>What the tables in results show.</summary>
    public static Sizes Full { get; } = new(1000, 10_000, 1000, 50, 500);

    /// <summary>To see whether everything runs.</summary>
    public static Sizes Small { get; } = new(60, 500, 100, 10, 20);
}
