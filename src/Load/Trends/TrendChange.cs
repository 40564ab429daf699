namespace FireproofBench.Load.Trends;

/// <summary>From one run on a figure has another level.</summary>
/// <param name="Run">The index of the first run on the new level.</param>
/// <param name="Before">The median of the level before.</param>
/// <param name="After">The median of the new one.</param>
/// <param name="IsWorse">Whether the new one is the worse.</param>
internal sealed record TrendChange(int Run, double Before, double After, bool IsWorse)
{
    /// <summary>Whether it was the worse, and the newest level is as good again as the one before it.</summary>
    public bool IsMended { get; init; }

    /// <summary>The new level, from the old one; of shares, which may have been zero, nothing that can be relied on.</summary>
    public double Ratio => After / Before;
}
