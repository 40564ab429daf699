namespace FireproofBench.Conformance.Clauses;

/// <summary>OBJ: objects by key behave as objects by key.</summary>
internal static partial class ObjectSemantics
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("OBJ", "Object semantics",
    [
        new Clause
        {
            Id = "OBJ-01",
            Level = ClauseLevel.Must,
            Requirement = "An acknowledged put reads back as exactly the same bytes, at every size from none to the largest file.",
            Why = "Every block of the database lives in such a file; one byte less and the file no longer matches its content id.",
            How = "Puts bodies of 0, 1 and 2^k-1, 2^k, 2^k+1 bytes up to the largest size of the budget, and compares every byte that comes back.",
            WhenItFails = "Do not use the store. If only large bodies fail, look for a proxy or a form limit between client and store.",
            Source = "Size ladders of go-cloud, Elasticsearch repository analysis and MinIO mint",
            Check = ReadsBackAtEverySizeAsync,
        },
        new Clause
        {
            Id = "OBJ-02",
            Level = ClauseLevel.Must,
            Requirement = "An object of zero bytes can be stored, has length 0, is not absent, and is listed.",
            Why = "An attachment may be an empty file, and a store that drops it turns a value into an absence.",
            How = "Puts an empty body; get, head and list must each tell of an object of 0 bytes.",
            WhenItFails = "Empty attachments are lost on this store: refuse them in the application, or use another store.",
            Source = "Empty-content test of OpenDAL; elastic/elasticsearch#102048",
            Check = KeepsEmptyObjectsAsync,
        },
        new Clause
        {
            Id = "OBJ-03",
            Level = ClauseLevel.Must,
            Requirement = "A key that was never written is answered as not found, by get, range get and head, and as nothing else.",
            Why = "Not found starts an empty database, an error stops: a store that mixes them up makes a client overwrite a history that it did not see.",
            How = "Asks for random keys, for keys above and below an existing one, and for a key whose last segment is a prefix of others.",
            WhenItFails = "Check the permissions first: a store that hides absence behind 'forbidden' often lacks the right to list.",
            Source = "Provider validation of kopia; restic's load test",
            Check = AnswersAbsenceAsync,
        },
        new Clause
        {
            Id = "OBJ-04",
            Level = ClauseLevel.Must,
            Requirement = "A range get returns exactly the bytes of the range, cut at the end of the object, and never the whole object instead.",
            Why = "Cold opening reads parts of large files; wrong bytes there are refused by their content id and the database stays closed.",
            How = "Reads first, last, middle, whole, overlapping and beyond-the-end ranges and random ones, and compares bytes and announced length.",
            WhenItFails = "Look for a proxy or cache that drops the Range header; else use whole-object reads only.",
            Source = "juicefs objbench; OpenDAL suffix reads; milvus-io/talon#150",
            Check = ReadsRangesAsync,
        },
        new Clause
        {
            Id = "OBJ-05",
            Level = ClauseLevel.Must,
            Requirement = "Head, get and list tell the same length for one object at rest.",
            Why = "Sizes from listings and heads decide what is fetched and how; a wrong one truncates or overruns a read.",
            How = "Puts bodies of many sizes and compares the three lengths of each.",
            WhenItFails = "Look for compression or encryption that reports the stored size instead of the object's.",
            Source = "versitygw; VaultS3#34",
            Check = TellsOneLengthAsync,
        },
        new Clause
        {
            Id = "OBJ-06",
            Level = ClauseLevel.Must,
            Requirement = "A deleted key is not found from then on; deleting it again succeeds or says that it was not there.",
            Why = "Compaction removes superseded files, and retries of a delete must end well.",
            How = "Puts, deletes, gets, heads, deletes again, and puts anew; also deletes a key that never was.",
            WhenItFails = "Leave superseded files in place (no compaction deletes) until the store is repaired.",
            Source = "juicefs objbench; go-cloud delete test",
            Check = DeletesAsync,
        },
        new Clause
        {
            Id = "OBJ-07",
            Level = ClauseLevel.Must,
            Requirement = "Deleting a key removes nothing else: no key below it, no key that starts with it, no sibling.",
            Why = "A delete that takes a prefix with it removes other databases.",
            How = "Plants neighbours of a key (below, longer, shorter, other case, sibling prefix), deletes the key, and reads every neighbour.",
            WhenItFails = "Never let the engine delete on this store: open it with compaction off, and report the fault.",
            Source = "Delete-only-subpaths test of the distribution registry",
            Check = DeletesNothingElseAsync,
        },
        new Clause
        {
            Id = "OBJ-08",
            Level = ClauseLevel.Should,
            Requirement = "Overwriting with something shorter leaves no tail of what was longer.",
            Why = "The file of heads shrinks when heads merge; a tail makes it unreadable.",
            How = "Puts 1 MiB, then 1 KiB under the same key; reads whole, by range beyond the new end, and heads.",
            WhenItFails = "Keep each head in an object of its own, named by content, so that nothing is ever overwritten.",
            Source = "Truncation test of the distribution registry",
            Check = OverwritesWithoutTailAsync,
        },
    ]);
}
