namespace FireproofBench.Gateways.S3;

/// <summary>A put, without its bytes.</summary>
/// <param name="Name">The key in the bucket.</param>
/// <param name="Key">The key of the port, for messages.</param>
internal sealed record S3Write(string Name, string Key)
{
    /// <summary>Whether the key must be free.</summary>
    public bool IfAbsent { get; init; }

    /// <summary>The entity tag that must be there, written as the store takes it; null for none.</summary>
    public string? IfMatch { get; init; }

    /// <summary>Tells this put from every other one; null where the outcome needs no proof.</summary>
    public string? Nonce { get; init; }
}
