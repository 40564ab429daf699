namespace FireproofBench.Engine.Sync;

/// <summary>What a link to a remote store is doing.</summary>
public enum SyncActivity
{
    /// <summary>Both sides have the same heads and all files of them; without prefetch, the files here come when they are asked for.</summary>
    UpToDate,

    /// <summary>Heads are read, files copied, heads published.</summary>
    Working,

    /// <summary>The last attempt failed; the next one is due.</summary>
    Waiting,

    /// <summary>
    /// The remote holds another database, or is sealed with a key that this database does not have. Nothing more is tried before the next attach. A key that another
    /// device made while the link was up is waited for instead.
    /// </summary>
    Refused,

    /// <summary>The link was given up, by its owner or with the database.</summary>
    Detached,
}
