namespace FireproofBench.Properties.Cbor;

/// <summary>A generated value, printed readably when a property fails.</summary>
/// <param name="Tree">As <see cref="CborTree"/> describes it.</param>
public sealed record CborValue(object? Tree)
{
    public override string ToString() => CborTree.Describe(Tree);
}
