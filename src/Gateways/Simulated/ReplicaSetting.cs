namespace FireproofBench.Gateways.Simulated;

/// <summary>The nodes that keep a store.</summary>
/// <param name="Count">How many, from 1 on. Each has a copy of everything.</param>
/// <param name="Skew">How far their clocks are apart at the most. Of two writes of one key that with the later stamp wins, whichever was made last.</param>
/// <param name="HandOff">Until a write has reached those that were not asked for it: by hand-off, or by the next round in which all compare what they have.</param>
internal sealed record ReplicaSetting(int Count, TimeSpan Skew, TimeSpan HandOff)
{
    /// <summary>One node alone.</summary>
    public static ReplicaSetting One { get; } = new(1, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>How many have a write before it is acknowledged: more than half.</summary>
    public int Quorum => (Count / 2) + 1;
}
