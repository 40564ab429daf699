namespace FireproofBench.Conformance.Clauses;

/// <summary>INT: bytes arrive as they were sent, or not at all.</summary>
internal static partial class Integrity
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("INT", "Integrity",
    [
        new Clause
        {
            Id = "INT-01",
            Level = ClauseLevel.Must,
            Requirement = "Bytes are not transformed, at rest or on their way, whatever they look like and whatever the key ends with.",
            Why = "A gateway that unpacks, recodes or optimises changes a file under its content id.",
            How = "Puts gzip, text with every kind of line end, invalid UTF-8, HTML, JSON, XML, an image head and runs of zeros under keys with"
                + " telling suffixes.",
            WhenItFails = "Switch off compression, transcoding and image optimisation for the bucket or proxy.",
            Source = "apache/opendal#5070; apache/arrow-rs-object-store#774",
            Check = TransformsNothingAsync,
        },
        new Clause
        {
            Id = "INT-02",
            Level = ClauseLevel.Must,
            Requirement = "A body shorter or longer than announced is an error of the gateway, never a short success.",
            Why = "A connection that breaks late looks like the end of a file.",
            How = "Cuts bodies on the wire at each sixteenth under their whole length or under none, breaks them off there, and lets them go on after their end; whole"
                + " objects and parts. A get must fail or give the object.",
            WhenItFails = "Repair the gateway: it must compare the announced length with what came.",
            Source = "rustfs/rustfs#4594; thanos-io/thanos#3795; restic/restic#3023",
            Check = WiredStore.Check(NoticesCutBodiesAsync),
        },
        new Clause
        {
            Id = "INT-03",
            Level = ClauseLevel.Must,
            Requirement = "Every file is checked against its content id before use; wrong bytes are an error that names the file.",
            Why = "Garbled bytes that are believed are replicated to every device.",
            How = "Flips bits in the files of a database behind the engine's back, lets files change their contents with each other, and reads and"
                + " synchronises.",
            WhenItFails = "Let the gateway hand out what is stored, and errors as they are; a wrong file must not be hidden as an absent one.",
            Source = "orbitdb/orbitdb#1251",
            Needs = StoreNeeds.Databases,
            Check = VerifiesFilesAsync,
        },
        new Clause
        {
            Id = "INT-04",
            Level = ClauseLevel.Must,
            Requirement = "A put that is interrupted leaves nothing partial under its key: afterwards there is what was before, or the whole.",
            Why = "Clients are closed, crash and lose their network in the middle of an upload.",
            How = "Cancels puts of large bodies at random moments, new ones and overwrites, and reads and lists the key after each.",
            WhenItFails = "Put under a temporary key and rename, or let the engine head and re-upload each file after an interruption.",
            Source = "restic's save-error test; Elasticsearch's aborted write",
            Slot = ClauseSlot.Alone,
            Check = LeavesNothingPartialAsync,
        },
        new Clause
        {
            Id = "INT-05",
            Level = ClauseLevel.Should,
            Requirement = "A checksum given with a put that does not fit the body makes the store refuse it and store nothing.",
            Why = "It catches bytes that were garbled on the way up, before they are acknowledged.",
            How = "Puts past the gateway, to addresses that it signs, with Content-MD5 and x-amz-checksum headers that fit and that do not. The storage port itself carries no"
                + " checksum.",
            WhenItFails = "Read back each upload and compare it with its content id.",
            Source = "restic's wrong-hash test; Ceph's checksum tests",
            Check = RefusesWrongChecksumsAsync,
        },
        new Clause
        {
            Id = "INT-06",
            Level = ClauseLevel.Must,
            Requirement = "A get of one key never returns the bytes of another, however many requests are in flight and cancelled.",
            Why = "A mixed-up connection or cache hands one database's file to another.",
            How = "Many tasks read random keys, whole and by range, and cancel some; each body names the key that it was written for.",
            WhenItFails = "Do not use the store through this gateway; look for a shared connection or cache.",
            Source = "Self-identifying blocks of elbencho; Elasticsearch's checksum reads",
            Slot = ClauseSlot.Alone,
            Check = NeverMixesKeysAsync,
        },
        new Clause
        {
            Id = "INT-07",
            Level = ClauseLevel.Must,
            Requirement = "Reads by range of a key that is overwritten meanwhile never splice two contents unnoticed: parts that tell one version are"
                + " of one content.",
            Why = "A large file is read in parts.",
            How = "Overwrites a key while readers read it in two halves; where both tell the same version the halves must make a whole.",
            WhenItFails = "Read mutable objects whole; files named by content are never overwritten.",
            Source = "elastic/elasticsearch#101100 and #102840",
            Slot = ClauseSlot.Alone,
            Check = NeverSplicesAsync,
        },
        new Clause
        {
            Id = "INT-08",
            Level = ClauseLevel.Should,
            Requirement = "Objects read again long after they were written are unchanged.",
            Why = "Old files are read at a cold opening, years later.",
            How = "Compares every byte of the objects that were written when the run began. One run is too short to say that nothing rots in a day.",
            WhenItFails = "Scrub the store, restore the file from another device, and look for failing disks.",
            Source = "Elasticsearch names silent corruption as not tested",
            Slot = ClauseSlot.Closing,
            Check = FindsNoRotAsync,
        },
    ]);
}
