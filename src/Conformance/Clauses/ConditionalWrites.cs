namespace FireproofBench.Conformance.Clauses;

/// <summary>CAS: conditions on writes are enforced or refused.</summary>
internal static partial class ConditionalWrites
{
    private const string SeveralObjects = "Keep each head in an object of its own (multi-head metadata), where no condition is needed.";

    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("CAS", "Conditional writes",
    [
        new Clause
        {
            Id = "CAS-01",
            Level = ClauseLevel.Must,
            Requirement = "A condition on a put is enforced or refused with an error; it is never ignored.",
            Why = "A client that believes in a condition overwrites what another has just written, and both hear that all went well.",
            How = "Sends conditions known to be false (if absent on an existing key, if a stale version) also to stores that say they have none.",
            WhenItFails = "Do not use the store for heads; if a proxy drops the conditions, go around it.",
            Source = "pithings/mountx#19; stackshy/cloudemu#657",
            Check = NeverIgnoresConditionsAsync,
        },
        new Clause
        {
            Id = "CAS-02",
            Level = ClauseLevel.MustStar,
            Requirement = "Of many who create one absent key at once exactly one wins, the others hear that it exists, and the winner's bytes survive.",
            Why = "Locks and single-object heads rest on it.",
            How = "Races creators, counts winners, and compares the surviving bytes with the winner's.",
            WhenItFails = SeveralObjects,
            Source = "floci-io/floci#1328; rustfs/rustfs#1659",
            Needs = StoreNeeds.ConditionalCreate,
            Slot = ClauseSlot.Alone,
            Check = CreatesOnceAsync,
        },
        new Clause
        {
            Id = "CAS-03",
            Level = ClauseLevel.MustStar,
            Requirement = "Exactly one creator wins also when the racers use different endpoints of one store.",
            Why = "A lock in the memory of one node is none for the others.",
            How = "Races creators that are spread over the endpoints given. Needs several of them (--endpoint).",
            WhenItFails = SeveralObjects,
            Source = "rustfs/rustfs#1659",
            Slot = ClauseSlot.Alone,
            Check = CreatesOnceAcrossEndpointsAsync,
        },
        new Clause
        {
            Id = "CAS-04",
            Level = ClauseLevel.MustStar,
            Requirement = "Writers that each increase one counter by compare-and-swap lose no increase, and no reader ever sees it fall.",
            Why = "Heads in one object are such a counter: a lost increase is a lost commit.",
            How = "Several writers read, increase and replace-if-version; the end must be the sum, and readers watch meanwhile.",
            WhenItFails = SeveralObjects,
            Source = "object_store's conditional put race; Elasticsearch's contended register",
            Needs = StoreNeeds.ConditionalReplace,
            Slot = ClauseSlot.Alone,
            Check = LosesNoIncreaseAsync,
        },
        new Clause
        {
            Id = "CAS-05",
            Level = ClauseLevel.MustStar,
            Requirement = "Replace-if-version of an absent key fails and creates nothing.",
            Why = "A head that was deleted must not come back by a late writer.",
            How = "Replaces, by version, keys that never were and keys that were deleted.",
            WhenItFails = SeveralObjects,
            Source = "minio/minio#21526",
            Needs = StoreNeeds.ConditionalReplace,
            Check = ReplacesNothingAbsentAsync,
        },
        new Clause
        {
            Id = "CAS-06",
            Level = ClauseLevel.MustStar,
            Requirement = "Put, head, get and list tell one version for one content; it changes with every change, also within a second and at equal"
                + " length; and replace-if-version takes it.",
            Why = "A version that stays the same over a change makes compare-and-swap overwrite.",
            How = "Compares the four tokens over quick overwrites of equal length, and replaces by each of them.",
            WhenItFails = SeveralObjects,
            Source = "slatedb/slatedb#1818; block/buzz#3002; benbjohnson/litestream#1509",
            Check = TellsOneVersionAsync,
        },
        new Clause
        {
            Id = "CAS-07",
            Level = ClauseLevel.Should,
            Requirement = "A delete with a stale version refuses and keeps the object.",
            Why = "A lock that is released late must not take the next holder's away.",
            How = "Deletes with a stale version, then with the right one.",
            WhenItFails = "Never delete what another may have replaced: leave locks to expire instead.",
            Source = "benbjohnson/litestream#1509",
            Needs = StoreNeeds.ConditionalDelete,
            Check = RefusesStaleDeletesAsync,
        },
        new Clause
        {
            Id = "CAS-08",
            Level = ClauseLevel.MustStar,
            Requirement = "After a lost answer a conditional put is told as ambiguous, and reading back a nonce settles it.",
            Why = "Guessing 'lost' repeats a commit, guessing 'won' loses one.",
            How = "Loses requests and answers of conditional puts on the wire, refuses some that were carried out, lets an outage or another writer come before anything is read"
                + " back; asks with and without a retry.",
            WhenItFails = SeveralObjects,
            Source = "aws/aws-sdk-java-v2#6580; apache/hudi#14373",
            Check = WiredStore.Check(NeverGuessesAsync),
        },
        new Clause
        {
            Id = "CAS-09",
            Level = ClauseLevel.MustStar,
            Requirement = "A conflict in flight is told apart from a condition that does not hold, and may be repeated.",
            Why = "After a conflict nobody may hold the key; giving up then leaves no holder at all.",
            How = "Answers conditional puts on the wire with 409 and with 412, repeats those in conflict, and races creates with deletes on the store itself.",
            WhenItFails = SeveralObjects,
            Source = "apache/arrow-rs-object-store#852",
            Check = WiredStore.Check(TellsConflictsApartAsync),
        },
        new Clause
        {
            Id = "CAS-10",
            Level = ClauseLevel.MustStar,
            Requirement = "While a part of the store is out, a conditional write fails; it never turns unconditional.",
            Why = "An outage is when several clients believe that they are the only one.",
            How = "Takes the store a part that it needs, puts under conditions that hold and that do not, gives the part back, and looks what is there. Only where the run can do that.",
            WhenItFails = SeveralObjects,
            Source = "minio/minio#21603",
            Slot = ClauseSlot.Alone,
            Check = StaysConditionalAsync,
        },
    ]);
}
