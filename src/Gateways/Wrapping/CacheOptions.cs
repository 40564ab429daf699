using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Wrapping;

/// <summary>Where a read cache is, and how large it may grow.</summary>
public sealed record CacheOptions
{
    /// <summary>The cache's own folder, made when it is not there. One for each store that is cached: names alone do not tell stores apart.</summary>
    public required string Folder { get; init; }

    /// <summary>The clock: it says which files were not used for longest.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>The source of randomness: names of temporary files.</summary>
    public required IEntropy Entropy { get; init; }

    /// <summary>Bytes that the cache may hold. It is brought below 9/10 of that when it is found larger; each process that writes to it may overshoot by 1/16.</summary>
    public long MaxLength { get; init; } = 1L << 30;

    /// <summary>Largest object that is kept, in bytes. Larger ones pass.</summary>
    public long MaxObjectLength { get; init; } = 64L << 20;
}
