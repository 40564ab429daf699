namespace FireproofBench.Simulation.Planning;

/// <summary>What may happen in a world. Each seed switches some on and others off: what is on everywhere hides what only shows where something else is off.</summary>
/// <remarks>Groce and others, "Swarm testing", 2012. The numbers are those of saved plans: they stay.</remarks>
[Flags]
internal enum Features
{
    /// <summary>Puts and reads, and nothing else.</summary>
    None = 0,

    /// <summary>Documents are deleted.</summary>
    Deletes = 1 << 0,

    /// <summary>Several documents are put as one commit.</summary>
    Bulks = 1 << 1,

    /// <summary>Files are attached.</summary>
    Attachments = 1 << 2,

    /// <summary>Past states are read, kept and asked for changes.</summary>
    Past = 1 << 3,

    /// <summary>Past states are brought back.</summary>
    Rollbacks = 1 << 4,

    /// <summary>Devices merge their files when a step says so.</summary>
    Compactions = 1 << 5,

    /// <summary>Devices merge their files by themselves.</summary>
    AutomaticCompaction = 1 << 6,

    /// <summary>Remote stores are detached and attached.</summary>
    Detaching = 1 << 7,

    /// <summary>Devices synchronise once, beside what is attached.</summary>
    Synchronising = 1 << 8,

    /// <summary>New keys are made.</summary>
    KeyRotation = 1 << 9,

    /// <summary>Keys stand beside the heads, for whoever reads them.</summary>
    PublishedKeys = 1 << 10,

    /// <summary>Databases are closed and opened.</summary>
    Reopening = 1 << 11,

    /// <summary>Processes die.</summary>
    Crashes = 1 << 12,

    /// <summary>Power fails. Only where there are disks.</summary>
    PowerCuts = 1 << 13,

    /// <summary>Disks are full for some time. Only where there are disks.</summary>
    FullDisks = 1 << 14,

    /// <summary>Clocks are set.</summary>
    ClockJumps = 1 << 15,

    /// <summary>Devices are cut off.</summary>
    Partitions = 1 << 16,

    /// <summary>Messages get lost, come late, or twice.</summary>
    BadNetwork = 1 << 17,

    /// <summary>Remote stores are full for some time, or restart.</summary>
    StoreTrouble = 1 << 18,

    /// <summary>Many documents, so that the pail grows deep; else a few that all write.</summary>
    ManyIds = 1 << 19,

    /// <summary>A second remote store, for all devices.</summary>
    SecondRemote = 1 << 20,

    /// <summary>Devices keep their files on simulated disks; else in memory that outlives their processes.</summary>
    Disks = 1 << 21,

    /// <summary>Files are sealed.</summary>
    Encryption = 1 << 22,

    /// <summary>Files come when they are asked for; else in the background.</summary>
    OnDemand = 1 << 23,

    /// <summary>Steps come close together.</summary>
    Hurry = 1 << 24,

    /// <summary>Files that compactions replaced are deleted at the remote after a short time.</summary>
    Garbage = 1 << 25,

    /// <summary>Now and then a file arrives with a bit of it changed.</summary>
    DamagedFiles = 1 << 26,

    /// <summary>Devices have no files of their own: each opens the one database where it lies, at the store, as commands do that are given a bucket.</summary>
    Direct = 1 << 27,

    /// <summary>Some files arrive damaged each time they are asked for, for a while.</summary>
    DamagedCopies = 1 << 28,

    /// <summary>A remote store that restarts is away for a while, and its connections break; without this a restart does only what the store's own fault makes of it.</summary>
    StoreRestarts = 1 << 29,
}
