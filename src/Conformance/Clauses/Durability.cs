namespace FireproofBench.Conformance.Clauses;

/// <summary>DUR: what was acknowledged survives the death of whoever wrote it, of whatever keeps it, and a full disk.</summary>
internal static partial class Durability
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("DUR", "Durability and crash",
    [
        new Clause
        {
            Id = "DUR-01",
            Level = ClauseLevel.Must,
            Requirement = "Acknowledged writes survive the sudden death of the process that serves the store.",
            Why = "Nobody asks a server whether it was a good moment.",
            How = "Kills what serves the store while clients write, at random moments, starts it again, and audits every acknowledged object and head. Only where the"
                + " run can kill it.",
            WhenItFails = "Switch on whatever makes the server write before it answers (sync, journal, quorum).",
            Source = "Elasticsearch's repository analysis names durable writes as what it cannot test",
            Slot = ClauseSlot.Alone,
            Check = SurvivesRestartsAsync,
        },
        new Clause
        {
            Id = "DUR-02",
            Level = ClauseLevel.Must,
            Requirement = "Power may be cut at any step of a write: afterwards the old object is there or the new one, never an empty or torn one, and an acknowledged"
                + " one always.",
            Why = "A rename can reach the disk before the bytes that it names.",
            How = "Writes through the gateway of folders onto a simulated disk whose power is cut after each step, with every number of names and with all, half or"
                + " none of the contents that were not synced; then opens what is left, as objects and as a database. Only for folders.",
            WhenItFails = "Open the folder with --durability fsync.",
            Source = "getnora-io/nora#723; namidb/namidb#74; apache/arrow-rs-object-store#758",
            Check = EngineConvergence.Checked(SurvivesPowerCutsAsync),
        },
        new Clause
        {
            Id = "DUR-03",
            Level = ClauseLevel.Must,
            Requirement = "A client may die at any step of a commit or an upload: nothing that was acknowledged is lost, and no head is left whose files are not all"
                + " there.",
            Why = "Browsers and phones end programs in the middle of everything.",
            How = "A device with its own database and a remote one, both on the store, dies at one call after another of commits and synchronisations; each time both"
                + " are opened anew and audited, and the device goes on.",
            WhenItFails = "Look for writes that are acknowledged before they stay, and for heads that overtake files.",
            Source = "Fireproof's uploads: the head only after all files",
            Needs = StoreNeeds.Databases,
            Slot = ClauseSlot.Alone,
            Check = EngineConvergence.Checked(SurvivesDeathAsync),
        },
        new Clause
        {
            Id = "DUR-04",
            Level = ClauseLevel.Must,
            Requirement = "A client may die at any step of a compaction: the database opens, with exactly the same contents. Left-over files are allowed, losses are not.",
            Why = "It is the one part of an engine that deletes.",
            How = "A client dies at one call after another of compactions; each time the database is opened anew and compared, and at the end a compaction is carried"
                + " through.",
            WhenItFails = "Switch automatic compaction off on this store.",
            Source = "automerge/automerge-repo#672; automerge/automerge-repo-rs#52",
            Needs = StoreNeeds.Databases,
            Slot = ClauseSlot.Alone,
            Check = EngineConvergence.Checked(SurvivesDeathInCompactionAsync),
        },
        new Clause
        {
            Id = "DUR-05",
            Level = ClauseLevel.Should,
            Requirement = "What a broken-off write leaves behind, a temporary file or a part of an upload, is seen by no get and no list, and is removed in the end.",
            Why = "It takes room for ever, and a tool that lists it copies it.",
            How = "Breaks uploads off in the middle of their bytes, by cancelling them and by a source that ends too early, and lists everything; for folders a process"
                + " dies at each step, and the next one must find the room free again.",
            WhenItFails = "Set a rule that removes incomplete uploads after a day, and empty the folder of temporary files by hand.",
            Source = "ceph/s3-tests on multipart uploads",
            Check = HidesLeftOversAsync,
        },
        new Clause
        {
            Id = "DUR-06",
            Level = ClauseLevel.Must,
            Requirement = "A write that finds no room fails, leaves nothing partial and the old object in its place; when there is room again, writes succeed.",
            Why = "Disks fill up at night.",
            How = "Makes the store full, at every point of a write where it is a simulated disk, puts objects and commits, looks at what is there, makes room and goes on."
                + " Only where the run can make it full.",
            WhenItFails = "Watch the free room, and stop writers before it is used up.",
            Source = "orbitdb/orbitdb#1251; bloxbean/yaci-store#848",
            Slot = ClauseSlot.Alone,
            Check = EngineConvergence.Checked(SurvivesFullDisksAsync),
        },
        new Clause
        {
            Id = "DUR-07",
            Level = ClauseLevel.Should,
            Requirement = "Uploading the whole log again, once or twice, changes nothing.",
            Why = "A device that died before it noted what it had done does it again.",
            How = "Brings back the upload log of a device as it was, and one that names every file, and sends every file and head again; documents, heads and objects of"
                + " both sides must be as before.",
            WhenItFails = "Look for puts that append, and for heads that are counted twice.",
            Needs = StoreNeeds.Databases,
            Check = EngineConvergence.Checked(ReplaysTwiceAsync),
        },
    ]);
}
