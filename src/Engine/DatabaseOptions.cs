using FireproofBench.Engine.Ports;

namespace FireproofBench.Engine;

/// <summary>What a database needs of the outside, and how it behaves.</summary>
public sealed record DatabaseOptions
{
    /// <summary>Where keys are kept; null for a database that is not encrypted (the reference engine's <c>storekey=insecure</c>).</summary>
    public required IKeyBag? KeyBag { get; init; }

    /// <summary>Randomness for keys and ids.</summary>
    public required IEntropy Entropy { get; init; }

    /// <summary>The clock, for ids. The system's unless a world is simulated.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>What opening may make.</summary>
    public OpenMode Mode { get; init; } = OpenMode.Create;

    /// <summary>When files are merged.</summary>
    public CompactionMode Compaction { get; init; } = CompactionMode.Automatic;

    /// <summary>
    /// Where writers share no lock, as in a bucket that several processes open: how long ago a compaction was, by the stamps of the store, before the files that it replaced are deleted. Longer
    /// than anybody takes from reading the heads to what it then reads or publishes, repetitions and late arrivals included. 15 minutes unless said otherwise; not negative.
    /// Where a lock keeps all out, those files go with the next compaction.
    /// </summary>
    public TimeSpan LeastAgeOfReplaced { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Bytes of opened files that are kept in memory. A file is at most about a megabyte unless a document is larger.</summary>
    public long CacheLength { get; init; } = 256L * 1024 * 1024;
}
