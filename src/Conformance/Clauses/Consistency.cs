namespace FireproofBench.Conformance.Clauses;

/// <summary>CON: when an acknowledged effect is seen, by whom, and whether anything is unseen again after that.</summary>
internal static partial class Consistency
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("CON", "Consistency",
    [
        new Clause
        {
            Id = "CON-01",
            Level = ClauseLevel.Must,
            Requirement = "What was created or deleted is seen so by the same client, another client and another endpoint, as soon as the store declares.",
            Why = "A device publishes a head as soon as its files are acknowledged; another that cannot read them yet takes the database for damaged.",
            How = "Puts and deletes objects, and has all observers ask until they see it; the time from the acknowledgement to the last stale look is measured.",
            WhenItFails = "Declare the store as eventual with the time that was measured (--declared eventual:TIME), and let readers wait that long for a missing file.",
            Source = "The tests of s3-consistency; Elasticsearch's read after write on other nodes",
            Check = ShowsCreatesAndDeletesAsync,
        },
        new Clause
        {
            Id = "CON-02",
            Level = ClauseLevel.Must,
            Requirement = "Having asked for an object before it was there does not make it appear later than the store declares.",
            Why = "Devices ask for files and heads that are still on their way.",
            How = "All observers get, head and list a key that is absent; then it is put, and all ask until they see it.",
            WhenItFails = "Turn off the caching of absence (404) in the store or in what lies before it.",
            Source = "NixOS/nix#1420; S3 before 2020",
            Check = ShowsWhatWasMissedAsync,
        },
        new Clause
        {
            Id = "CON-03",
            Level = ClauseLevel.Should,
            Requirement = "After an overwrite is acknowledged no reader sees the content before it, or none does once the declared time has passed.",
            Why = "A device that reads old heads builds on an old state, and shows it.",
            How = "Overwrites keys with numbered contents through changing clients; all observers read until they see the last number.",
            WhenItFails = "Keep each head in an object of its own, named by content, and serve heads with Cache-Control: no-store.",
            Source = "The tests of s3-consistency; deuxfleurs garage PR#543",
            Check = ShowsOverwritesAsync,
        },
        new Clause
        {
            Id = "CON-04",
            Level = ClauseLevel.Must,
            Requirement = "Listings show what was put, and no longer show what was deleted, as soon as the store declares.",
            Why = "Where heads are objects of their own, a listing is how a device learns of them.",
            How = "Puts and deletes objects while all observers list until they see it; then clients put, delete and list side by side, and the history is checked as a set.",
            WhenItFails = "Declare the store as eventual with the time that was measured, or keep the heads on a metadata endpoint.",
            Source = "delta-io/delta#645; restic#1252",
            Check = ShowsInListingsAsync,
        },
        new Clause
        {
            Id = "CON-05",
            Level = ClauseLevel.Must,
            Requirement = "Once all observers have seen a value and nothing is written any more, nobody sees an older one or none again.",
            Why = "Files and heads that come and go make devices report damage, and publish the same again and again.",
            How = "Puts, overwrites and deletes; waits until all observers agree and the declared time has passed; then all of them get, head and list many times.",
            WhenItFails = "Do not use the store: an object that was seen may be missing when it is needed. One replica behind the address is the usual cause.",
            Source = "minio/minio#21462",
            Check = DoesNotFlapAsync,
        },
        new Clause
        {
            Id = "CON-06",
            Level = ClauseLevel.Should,
            Requirement = "Each client reads its own writes and nothing older than it has read; others see its writes in their order, and after what it had read.",
            Why = "A device that does not see its own heads publishes a fork of its own history.",
            How = "Clients at all endpoints write and read a few keys; the history of their calls is checked for the four session guarantees.",
            WhenItFails = "Let each device remember the heads that it has published and read, and merge them with what it reads.",
            Source = "Jepsen's causal tests",
            Slot = ClauseSlot.Alone,
            Check = KeepsSessionsAsync,
        },
        new Clause
        {
            Id = "CON-07",
            Level = ClauseLevel.Should,
            Requirement = "One key behaves as one register: reads and writes of all clients have an order that their times allow.",
            Why = "Heads that are kept in one object, or a lock, rest on it; heads in objects of their own do not.",
            How = "Clients read, overwrite and delete one key side by side, some calls cancelled; the history is checked for linearizability.",
            WhenItFails = "Keep each head in an object of its own; never keep heads or locks in one object of this store.",
            Source = "Porcupine; the reg1 test of Garage",
            Slot = ClauseSlot.Alone,
            Check = IsLinearizableAsync,
        },
        new Clause
        {
            Id = "CON-08",
            Level = ClauseLevel.Must,
            Requirement = "A read gives the value of a write that overlaps it or is the latest before it, never one that was overwritten before it began.",
            Why = "An acknowledged head that a later read does not show, though nothing replaced it, is a lost head.",
            How = "Clients write, delete and read a few keys side by side; each read of the history is compared with the writes around it.",
            WhenItFails = "Do not keep heads on this store; where the clocks of its nodes differ, set them right and run again.",
            Source = "The reg2 test of Garage",
            Slot = ClauseSlot.Alone,
            Check = LosesNoWriteAsync,
        },
        new Clause
        {
            Id = "CON-09",
            Level = ClauseLevel.Must,
            Requirement = "After racing writes have stopped, all observers agree on contents and listings, as soon as the store declares.",
            Why = "Replicas that never agree keep devices apart for ever.",
            How = "Clients at all endpoints race on a few keys and stop; all observers read and list until they agree, and the time is measured.",
            WhenItFails = "Use one endpoint or replica of the store only.",
            Source = "agola-io/agola#43; the set1 and set2 tests of Garage",
            Slot = ClauseSlot.Alone,
            Check = ConvergesAsync,
        },
    ]);
}
