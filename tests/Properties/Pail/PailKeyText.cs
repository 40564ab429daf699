namespace FireproofBench.Properties.Pail;

/// <summary>A generated key.</summary>
/// <param name="Text">Printable ASCII, at least one character.</param>
public sealed record PailKeyText(string Text)
{
    public override string ToString() => Text;
}
