namespace FireproofBench.Simulation.Checking;

/// <summary>What has to hold in every world.</summary>
internal enum Claim
{
    /// <summary>In the end all devices have the same heads, documents and state.</summary>
    Convergence,

    /// <summary>Whoever has the same heads sees the same documents, at whatever time: compaction and merging in any order change nothing.</summary>
    SameHeadsSameState,

    /// <summary>No acknowledged write is lost.</summary>
    Durability,

    /// <summary>A document is what a write left that no later write replaced.</summary>
    Causality,

    /// <summary>What was deleted, and not written again, stays deleted.</summary>
    NoResurrection,

    /// <summary>The heads at a remote store follow all acknowledged writes, so that a new device finds them.</summary>
    HeadCover,

    /// <summary>Documents that were put together are seen together.</summary>
    WholeCommits,

    /// <summary>A database that is open never goes back behind what it acknowledged or showed, and one that is opened again from files of its own never behind what its device acknowledged.</summary>
    Sessions,

    /// <summary>Whoever asks what changed since a clock is told of every id that was written since, once, and of nothing else.</summary>
    Changes,

    /// <summary>Attached files are what they were.</summary>
    Attachments,

    /// <summary>No store, disk, name or error holds a part of a document in the clear, and no two files sealed with one key share a nonce.</summary>
    Secrecy,

    /// <summary>Requests, bytes and the log stay within bounds.</summary>
    Bounds,

    /// <summary>Once the last fault is over, all come together within a stated time.</summary>
    Liveness,

    /// <summary>No call fails in a way that its documentation does not name.</summary>
    NoSurprises,

    /// <summary>Whoever subscribed is told of every write, whatever becomes of others who subscribed.</summary>
    Subscriptions,

    /// <summary>When a head comes to stand at a store, the files of its commit are there, and they stay while it stands.</summary>
    FilesFirst,

    /// <summary>Every copy of a file is what its name says: sealed, it opens with its key, and the content has the content id.</summary>
    Integrity,
}
