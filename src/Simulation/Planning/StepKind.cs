namespace FireproofBench.Simulation.Planning;

/// <summary>What a step of a plan does. The numbers are those of saved plans: they stay.</summary>
internal enum StepKind
{
    /// <summary>Puts a document.</summary>
    Put = 1,

    /// <summary>Reads a document, and puts it back changed.</summary>
    Update = 2,

    /// <summary>Deletes a document.</summary>
    Delete = 3,

    /// <summary>Puts several documents as one commit: all members of a group, each with the same token.</summary>
    Bulk = 4,

    /// <summary>Puts several documents at once, none waiting for another.</summary>
    Burst = 5,

    /// <summary>Puts a document with an attached file.</summary>
    AttachFile = 6,

    /// <summary>Reads attached files of a document.</summary>
    ReadFile = 7,

    /// <summary>Reads a document.</summary>
    Read = 8,

    /// <summary>Reads all documents.</summary>
    ReadAll = 9,

    /// <summary>Opens the database at a past clock that it was told of, and reads it.</summary>
    ReadPast = 10,

    /// <summary>Asks what changed since a past clock.</summary>
    Changes = 11,

    /// <summary>Keeps a snapshot under a name.</summary>
    KeepSnapshot = 12,

    /// <summary>Opens a kept snapshot and reads it.</summary>
    OpenSnapshot = 13,

    /// <summary>Makes the database what it was at a past clock.</summary>
    Rollback = 14,

    /// <summary>Merges the log of files.</summary>
    Compact = 15,

    /// <summary>Detaches a remote store, and attaches it again some time later.</summary>
    Detach = 16,

    /// <summary>Synchronises with a remote store once.</summary>
    Synchronise = 17,

    /// <summary>Makes a new key, and sends invitations to the others.</summary>
    RotateKey = 18,

    /// <summary>Closes the database and opens it again.</summary>
    Reopen = 19,

    /// <summary>The process of the device dies, and starts again some time later.</summary>
    Crash = 20,

    /// <summary>The power of the device fails, and comes back some time later.</summary>
    PowerCut = 21,

    /// <summary>The disk of the device is full for some time.</summary>
    FillDisk = 22,

    /// <summary>The clock of the device is set.</summary>
    JumpClock = 23,

    /// <summary>The device has no connection for some time.</summary>
    CutOff = 24,

    /// <summary>A remote store has no room for some time.</summary>
    FillStore = 25,

    /// <summary>What serves a remote store dies and starts again.</summary>
    RestartStore = 26,
}
