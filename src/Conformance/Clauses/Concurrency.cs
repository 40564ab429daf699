namespace FireproofBench.Conformance.Clauses;

/// <summary>CCY: many at once see what one after the other would have seen.</summary>
internal static partial class Concurrency
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("CCY", "Concurrency",
    [
        new Clause
        {
            Id = "CCY-01",
            Level = ClauseLevel.Must,
            Requirement = "A reader beside overwrites sees one whole content, never a mix, a part or a gap.",
            Why = "The heads are overwritten while other devices read them.",
            How = "Overwrites keys of several sizes while readers check key, length and hash of everything they get.",
            WhenItFails = "Keep each head in an object of its own, named by content, so that nothing is ever overwritten.",
            Source = "Ceph's atomic tests; Elasticsearch's overwrite while reading",
            Slot = ClauseSlot.Alone,
            Check = OverwritesWholeAsync,
        },
        new Clause
        {
            Id = "CCY-02",
            Level = ClauseLevel.Must,
            Requirement = "While a key is written for the first time it is absent or whole; no head tells its length before the body can be read.",
            Why = "A device that learns of a file early must not take half of it for the whole.",
            How = "Readers get and head new keys all the time while they are written.",
            WhenItFails = "Publish heads only after a read-back of the files that they name.",
            Source = "Elasticsearch's early reads; kopia's concurrency test",
            Slot = ClauseSlot.Alone,
            Check = AppearsWholeAsync,
        },
        new Clause
        {
            Id = "CCY-03",
            Level = ClauseLevel.Must,
            Requirement = "Two racing puts of one key end in one of the two contents, the same for every reader, with its length and version.",
            Why = "Devices that disagree about a head never converge.",
            How = "Races pairs of puts of different length, then compares many reads, heads and the listing.",
            WhenItFails = "Keep each head in an object of its own, named by content.",
            Source = "Ceph's dual-write tests",
            Slot = ClauseSlot.Alone,
            Check = SettlesRacingPutsAsync,
        },
        new Clause
        {
            Id = "CCY-04",
            Level = ClauseLevel.Must,
            Requirement = "A put that races a delete of its key ends with the object whole or absent, never with one that is listed but cannot be read.",
            Why = "Compaction deletes files while a late upload may repeat one.",
            How = "Races puts and deletes, then compares get, head and listing; what differs for two seconds, or the store's bound, is left like that.",
            WhenItFails = "Leave superseded files in place (no compaction deletes).",
            Source = "versitygw's race test; minio/minio#15157",
            Slot = ClauseSlot.Alone,
            Check = LeavesNoZombiesAsync,
        },
        new Clause
        {
            Id = "CCY-05",
            Level = ClauseLevel.Must,
            Requirement = "Interleaved multipart uploads of one key do not mix their parts, and an aborted one leaves nothing.",
            Why = "Two devices may upload the same large file.",
            How = "Uploads two contents of one key at once, each long enough for several parts, and looks whether one of them is there whole; breaks uploads off in the middle"
                + " and looks whether everything is as it was. Only where it is known from which length on the gateway sends parts.",
            WhenItFails = "Upload each file in one put, as the engine does.",
            Source = "object_store's multipart race; elastic/elasticsearch#102294",
            Check = KeepsUploadsApartAsync,
        },
        new Clause
        {
            Id = "CCY-06",
            Level = ClauseLevel.Should,
            Requirement = "Many parallel puts of small objects under distinct keys all become visible and listed.",
            Why = "A sync after a day offline uploads hundreds of files at once.",
            How = "Puts 128 objects at the same moment, and counts what can be read and what is listed.",
            WhenItFails = "Upload one file after the other.",
            Source = "Stream test of the distribution registry; MinIO mint",
            Slot = ClauseSlot.Alone,
            Check = KeepsParallelPutsAsync,
        },
        new Clause
        {
            Id = "CCY-07",
            Level = ClauseLevel.Must,
            Requirement = "The gateway may be used by many tasks at once: no shared buffer, cursor or state, also when calls are cancelled.",
            Why = "The engine reads, uploads and lists at the same time through one gateway.",
            How = "Tasks put, get, head, list and delete keys of their own, cancel some calls, and compare each answer with what they did.",
            WhenItFails = "Repair the gateway; until then put a lock around it.",
            Source = "Reasoned here; the kind of fault that systematic concurrency testers look for",
            Slot = ClauseSlot.Alone,
            Check = ServesManyAtOnceAsync,
        },
    ]);
}
