namespace FireproofBench.Gateways.Wrapping;

/// <summary>What is known of the effect of a call, for those who judge a history.</summary>
public enum CallEffect
{
    /// <summary>It changed nothing: it reads, or it was refused.</summary>
    None,

    /// <summary>It had its effect between call and return.</summary>
    Happened,

    /// <summary>Nobody knows: its answer was lost, it was cancelled, or it has not returned. The effect may come at any time after the call, or never.</summary>
    Unknown,
}
