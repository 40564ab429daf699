using FireproofBench.Engine.Inspection;

namespace FireproofBench.Engine.Sync;

/// <summary>How a database keeps up with a remote store.</summary>
public sealed record AttachOptions
{
    /// <summary>How many files are copied at once, at least 1.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>How often the heads are looked at where the provider tells of nothing by itself.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often the heads are looked at where the provider does tell: a message can be lost (SUB-07).</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Pause after a first failure; each further one in a row doubles it, and chance takes up to half of it away.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest pause between two attempts. There is no last attempt.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether all files of the log are brought here in the background. When false a file comes when something in it is asked for.</summary>
    public bool Prefetch { get; init; } = true;

    /// <summary>
    /// Which files may be deleted at the remote once a compaction has replaced them there; looked for after a compaction was published, at most once a
    /// <see cref="GarbageInterval"/>. Null for none: then <c>db gc</c> does it. Nothing is ever deleted where a delete may overtake a write.
    /// </summary>
    public GarbageOptions? Garbage { get; init; } = new();

    /// <summary>Least time between two looks for garbage at the remote. The first comes no sooner than a part of it, by chance, of at most ten minutes.</summary>
    public TimeSpan GarbageInterval { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Bytes that may wait for the remote before further writes wait as well; null for any number, so that an outage never stops a write.</summary>
    public long? MaxPendingBytes { get; init; }

    /// <summary>
    /// Whether all keys of the database are written in the clear beside the heads, as the reference engine's cloud does: then whoever reads the heads can read the
    /// documents, and devices that come later need no invitation. It takes effect with the next head that goes out.
    /// </summary>
    /// <remarks>
    /// All devices that meet at a remote do it, or none: an entry replaces others together with their keys. Keys that stand there are read in any case; they open
    /// files and never seal any, so a device with a key of its own, which others do not have, publishes too or joins by an invitation.
    /// </remarks>
    public bool PublishKeys { get; init; }
}
