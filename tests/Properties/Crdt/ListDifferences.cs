namespace FireproofBench.Properties.Crdt;

/// <summary>In how many histories the reference engine's lists of shards are not this engine's.</summary>
/// <param name="Additions">It names other shards as made.</param>
/// <param name="Removals">It names other shards as dropped.</param>
/// <param name="Lost">It leaves a shard out that the root needs and that was not stored before.</param>
/// <param name="Unreadable">And then cannot read what it wrote.</param>
internal readonly record struct ListDifferences(int Additions, int Removals, int Lost, int Unreadable)
{
    public static ListDifferences Of(bool additions, bool removals, bool lost) => new(additions ? 1 : 0, removals ? 1 : 0, lost ? 1 : 0, 0);

    public static ListDifferences operator +(ListDifferences left, ListDifferences right) => new(
        left.Additions + right.Additions, left.Removals + right.Removals, left.Lost + right.Lost, left.Unreadable + right.Unreadable);

    public static ListDifferences operator |(ListDifferences left, ListDifferences right) => new(
        left.Additions | right.Additions, left.Removals | right.Removals, left.Lost | right.Lost, left.Unreadable | right.Unreadable);
}
