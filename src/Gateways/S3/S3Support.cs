namespace FireproofBench.Gateways.S3;

/// <summary>What a store does with a condition.</summary>
internal enum S3Support
{
    /// <summary>It refuses what does not hold, and takes what does.</summary>
    Enforced,

    /// <summary>It answers with an error, whether it holds or not.</summary>
    Refused,

    /// <summary>It acknowledges a write whose condition does not hold.</summary>
    Ignored,
}
