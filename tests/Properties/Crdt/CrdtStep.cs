namespace FireproofBench.Properties.Crdt;

/// <summary>One step of a generated history.</summary>
/// <param name="Replica">Who acts.</param>
/// <param name="From">Whom it hears from; -1 when it writes.</param>
/// <param name="Puts">Keys with the numbers of their values, 0 for a tombstone; several are a batch.</param>
public sealed record CrdtStep(int Replica, int From, IReadOnlyList<(string Key, int Value)> Puts)
{
    public override string ToString() =>
        From >= 0 ? $"{Replica} hears {From}" : $"{Replica} puts " + string.Join(",", Puts.Select(static put => $"{put.Key}={put.Value}"));
}
