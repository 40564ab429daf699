namespace FireproofBench.Engine.Documents;

/// <summary>Why a value has no stored form, and where it stands: the path grows on the way back from it, so that documents which can be stored pay nothing for it.</summary>
/// <param name="Before">The sentence up to the path.</param>
/// <param name="After">The sentence behind it.</param>
/// <param name="Path">The path from where the writing has come back to, each field with a dot before it.</param>
internal sealed record ValueRefusal(string Before, string After, string Path = "")
{
    /// <summary>The whole sentence.</summary>
    public string Message => Before + Path.TrimStart('.') + After;

    /// <summary>The same, seen from the map around.</summary>
    public ValueRefusal InField(string name) => this with { Path = $".{name}{Path}" };

    /// <summary>The same, seen from the list around.</summary>
    public ValueRefusal InList(int index) => this with { Path = $"[{index}]{Path}" };
}
