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

    /// <summary>Attached files are what they were.</summary>
    Attachments,

    /// <summary>No store, disk or name holds a part of a document in the clear.</summary>
    Secrecy,

    /// <summary>Requests, bytes and the log stay within bounds.</summary>
    Bounds,

    /// <summary>Once the last fault is over, all come together within a stated time.</summary>
    Liveness,

    /// <summary>No call fails in a way that its documentation does not name.</summary>
    NoSurprises,
}
