namespace FireproofBench.Properties.Crdt;

/// <summary>The writes that small histories are made of: so few that almost all of them are in conflict.</summary>
internal static class SmallWrites
{
    /// <summary>Two values and a deletion of one key.</summary>
    public static IReadOnlyList<SmallWrite> OneKey { get; } = [SmallWrite.Put("a", 1), SmallWrite.Put("a", 2), SmallWrite.Delete("a")];

    /// <summary>The same, and a second key in a shard below the first one's entry, alone and in a batch with the first.</summary>
    public static IReadOnlyList<SmallWrite> TwoKeys { get; } = [.. OneKey, SmallWrite.Put("ab", 1), SmallWrite.Batch(("a", 1), ("ab", 2))];

    /// <summary>The same, with a deletion of the second key, and a batch that writes a key twice.</summary>
    public static IReadOnlyList<SmallWrite> Many { get; } =
        [.. TwoKeys, SmallWrite.Delete("ab"), SmallWrite.Put("ab", 2), SmallWrite.Batch(("ab", 1), ("a", 0), ("ab", 0))];

    /// <summary>Puts of two keys, and removals of them, which no database writes but every one understands.</summary>
    public static IReadOnlyList<SmallWrite> Removals { get; } =
        [SmallWrite.Put("a", 1), SmallWrite.Put("a", 2), SmallWrite.Remove("a"), SmallWrite.Put("c", 1), SmallWrite.Remove("c")];
}
