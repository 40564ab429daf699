namespace FireproofBench.Properties.Pail;

/// <summary>One step of a generated sequence: puts (several are a batch), or the removal of one key.</summary>
/// <param name="Delete">Whether the first key is removed.</param>
/// <param name="Puts">Keys with the numbers of their values.</param>
public sealed record PailStep(bool Delete, IReadOnlyList<(string Key, int Value)> Puts)
{
    public override string ToString() =>
        (Delete ? "del " : Puts.Count == 1 ? "put " : "batch ") + string.Join(", ", Puts.Select(put => Delete ? put.Key : $"{put.Key}={put.Value}"));
}
