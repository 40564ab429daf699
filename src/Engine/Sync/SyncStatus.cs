using System.Collections.Immutable;
using FireproofBench.Engine.Blocks;

namespace FireproofBench.Engine.Sync;

/// <summary>How far a database and a remote store are apart.</summary>
public sealed record SyncStatus
{
    /// <summary>What is going on.</summary>
    public SyncActivity Activity { get; init; }

    /// <summary>Files that the remote does not have yet.</summary>
    public int PendingFiles { get; init; }

    /// <summary>Their length, in bytes.</summary>
    public long PendingBytes { get; init; }

    /// <summary>Since when the oldest commit waits that the remote does not have; null when it has all.</summary>
    public DateTimeOffset? OldestPending { get; init; }

    /// <summary>
    /// What failed last; null when the last attempt succeeded. When both sides are at the same heads and a file of the log is nowhere, or damaged wherever it is: that,
    /// by its name; all else goes on.
    /// </summary>
    public Exception? LastError { get; init; }

    /// <summary>When the next attempt is due; null when none is waited for.</summary>
    public DateTimeOffset? NextAttempt { get; init; }

    /// <summary>The heads that the remote has, as far as they are known, sorted by their text.</summary>
    public ImmutableArray<Cid> RemoteHeads { get; init; } = [];

    /// <summary>Heads of the remote that are not taken in, because their files cannot be read: each with the reason. They are tried again.</summary>
    public ImmutableArray<UnreadableHead> Unreadable { get; init; } = [];

    /// <summary>
    /// How often, since the link was made, the remote showed an older state than this device had seen at a remote of this name before, and still did at the next look
    /// a <see cref="AttachOptions.PollInterval"/> later. It was given the newer one again.
    /// </summary>
    /// <remarks>
    /// What was seen is kept on the device when a link ends, and every <see cref="AttachOptions.CheckInterval"/>: after a crash what came in the last of these is not
    /// missed. A name that was another store's before makes one count too many.
    /// </remarks>
    public int Regressions { get; init; }

    /// <summary>Files sent since the link was made, and their length in bytes.</summary>
    public (long Files, long Bytes) Sent { get; init; }

    /// <summary>Files that came here since the database was opened, from any remote store, and their length in bytes.</summary>
    public (long Files, long Bytes) Received { get; init; }

    /// <summary>Entries published since the link was made.</summary>
    public long Published { get; init; }
}
