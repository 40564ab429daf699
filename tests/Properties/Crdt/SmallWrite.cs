using FireproofBench.Engine.Clock;

namespace FireproofBench.Properties.Crdt;

/// <summary>What an event of a small history does.</summary>
/// <param name="Kind">A put, a batch, or a removal, which takes the key out of the pail.</param>
/// <param name="Puts">Keys with the numbers of their values, 0 for a tombstone; one unless it is a batch.</param>
internal sealed record SmallWrite(OperationKind Kind, IReadOnlyList<(string Key, int Value)> Puts)
{
    public static SmallWrite Put(string key, int value) => new(OperationKind.Put, [(key, value)]);

    /// <summary>What a database does to delete: it puts a tombstone.</summary>
    public static SmallWrite Delete(string key) => Put(key, 0);

    /// <summary>Makes an event even when nothing changes.</summary>
    public static SmallWrite Batch(params IReadOnlyList<(string Key, int Value)> puts) => new(OperationKind.Batch, puts);

    public static SmallWrite Remove(string key) => new(OperationKind.Delete, [(key, 0)]);

    public override string ToString() => $"{Kind} " + string.Join(",", Puts.Select(put => Kind == OperationKind.Delete ? put.Key : $"{put.Key}={put.Value}"));
}
