namespace FireproofBench.Gateways;

/// <summary>A text that must not be shown. What prints options prints nothing of it.</summary>
/// <param name="value">The text.</param>
public sealed class Secret(string value)
{
    /// <summary>The text, for whoever has to send it.</summary>
    public string Reveal() => value;

    /// <summary>Stands for the text in messages.</summary>
    public override string ToString() => "(secret)";
}
