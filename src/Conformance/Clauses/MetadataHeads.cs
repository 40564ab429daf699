namespace FireproofBench.Conformance.Clauses;

/// <summary>MET: the set of heads of a database, which writers change at once and readers must never see incomplete.</summary>
internal static partial class MetadataHeads
{
    private const string OtherHeads = "Keep the heads elsewhere: each in an object of its own (multi-head metadata), or at an endpoint that merges.";

    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("MET", "Metadata endpoint and heads",
    [
        Heads(new Clause
        {
            Id = "MET-01",
            Level = ClauseLevel.Must,
            Requirement = "Of many who publish at once after the same heads each leaves a head of its own; none replaces another's.",
            Why = "A head that another one replaced takes a whole commit with it, and its writer was told that all went well.",
            How = "Races 2 to 64 clients that publish one event each with the same parents, and reads the set as a new client.",
            WhenItFails = OtherHeads,
            Source = "Fireproof's several heads a branch; the clock heads of its PartyKit server",
            Slot = ClauseSlot.Alone,
            Check = KeepsAllConcurrentAsync,
        }),
        Heads(new Clause
        {
            Id = "MET-02",
            Level = ClauseLevel.Must,
            Requirement = "A publication removes exactly the heads that it names, and only once the new one is there to stay.",
            Why = "One removed too many is a lost commit, one too few is a branch that never ends, and one too early is an empty database.",
            How = "Publishes at random over a growing and shrinking set and compares it with a model; then breaks publications off at random moments: the"
                + " former head or the new one must be there.",
            WhenItFails = OtherHeads,
            Source = "The PartyKit and Netlify servers of Fireproof: put the new one, then delete the parents",
            Check = RemovesExactlyAsync,
        }),
        Heads(new Clause
        {
            Id = "MET-03",
            Level = ClauseLevel.Must,
            Requirement = "At every moment the heads that a reader sees cover every acknowledged event: never an empty set, never one that recedes.",
            Why = "A reader that sees nothing begins a new history over the old one.",
            How = "Readers poll beside writers, and each reading must be, or follow, all that was acknowledged before it and all that the reader saw before.",
            WhenItFails = OtherHeads,
            Source = "A comment in Fireproof's Netlify server: deletes overtake writes, and the list is empty",
            Slot = ClauseSlot.Alone,
            Check = CoversAtEveryMomentAsync,
        }),
        Heads(new Clause
        {
            Id = "MET-04",
            Level = ClauseLevel.Must,
            Requirement = "An event that comes again after it was superseded removes no newer head, and is no head for ever.",
            Why = "A device that comes back repeats what it has no answer for.",
            How = "Replays old publications late and in any order: the newest heads must stay, and the next publication must leave itself alone.",
            WhenItFails = OtherHeads,
            Check = TakesLateRetriesAsync,
        }),
        Heads(new Clause
        {
            Id = "MET-05",
            Level = ClauseLevel.Must,
            Requirement = "The same events give the same heads, in whatever order they arrive.",
            Why = "Clocks differ and packets overtake each other; who is a head follows from the events alone.",
            How = "Publishes small histories in permuted orders through several clients, children before their parents too, and compares the heads with those"
                + " that follow from the events.",
            WhenItFails = OtherHeads,
            Source = "deuxfleurs garage PR#543",
            Check = IsFreeOfOrderAsync,
        }),
        Heads(new Clause
        {
            Id = "MET-06",
            Level = ClauseLevel.Must,
            Requirement = "A database that was never written has no heads, and an outage is an error: it never looks like such a database.",
            Why = "A client that takes an outage for an empty database begins a new history, and overwrites.",
            How = "Reads databases that nobody wrote; reads one with heads many times at once, some of it cancelled: never empty; and opens a database behind a"
                + " connection that is cut.",
            WhenItFails = "Do not use the store before failures are told apart from absence; look for proxies that answer errors with an empty body.",
            Check = TellsOutagesApartAsync,
        }),
        Heads(new Clause
        {
            Id = "MET-07",
            Level = ClauseLevel.Must,
            Requirement = "An acknowledged head is seen by the next reading of any client, or within the declared bound, also when its parent is unknown.",
            Why = "Whoever writes next names what it read as parents; a head that is not seen is a branch more, and one that was dropped a commit less.",
            How = "Publishes through one client and reads through those that had read before and through new ones; then publishes events whose parents nobody has.",
            WhenItFails = "Declare the visibility that was measured, and keep caches away from the heads (no-store).",
            Check = ShowsToAllAsync,
        }),
        Heads(new Clause
        {
            Id = "MET-08",
            Level = ClauseLevel.Must,
            Requirement = "When a head can be read, every file that it names can be read from the same store, or within the declared bound.",
            Why = "A head without its file is a database that does not open.",
            How = "A writer puts files and then publishes; readers, and listeners where there is a channel, fetch what each head names at once. An engine that sees a"
                + " head without files must refuse, and be whole again afterwards.",
            WhenItFails = "Declare the visibility of files that was measured; clients then wait for files before they take a head.",
            Source = "fireproof-storage/fireproof#1810 and #95",
            Check = HasFilesBeforeHeadsAsync,
        }),
        Heads(new Clause
        {
            Id = "MET-09",
            Level = ClauseLevel.Must,
            Requirement = "Databases of one store never mix their heads, however alike their names are.",
            Why = "Another database's head does not open with this one's key, or worse, does.",
            How = "Publishes to databases whose names begin alike, the same event to several of them, supersedes it in one and removes one; the others must not notice.",
            WhenItFails = "Give each database a bucket, a folder or an endpoint of its own.",
            Source = "The prefix lists of Fireproof's Netlify server",
            Check = KeepsDatabasesApartAsync,
        }),
        Heads(new Clause
        {
            Id = "MET-10",
            Level = ClauseLevel.MustStar,
            Requirement = "Heads in one mutable object are changed by compare-and-swap or by a merging server, never by a blind overwrite.",
            Why = "Read, change and write without a condition loses what another wrote in between.",
            How = "Writers publish a chain each, as fast as they can, into the one object; at the end the last of each chain must be there and nothing else.",
            WhenItFails = OtherHeads,
            Source = "amark/gun#396; delta-io/delta#1830",
            Slot = ClauseSlot.Alone,
            Check = SwapsOrMergesAsync,
        }),
        Heads(new Clause
        {
            Id = "MET-11",
            Level = ClauseLevel.Should,
            Requirement = "The same event published again and again is there once, and takes no more room.",
            Why = "Clients repeat what they have no answer for, for weeks.",
            How = "Publishes one event many times through several clients, also after it was superseded, and counts entries and objects.",
            WhenItFails = "Count the heads now and then, and let one client put a single head in their place.",
            Source = "orbitdb/orbitdb#1251",
            Check = KeepsDuplicatesOnceAsync,
        }),
    ]);

    private static Clause Heads(Clause clause) => clause with
    {
        Connector = ConnectorProfile.Metadata,
        Needs = StoreNeeds.Databases,
        Check = async context =>
        {
            await using (HeadsPlace pace = await HeadsPlace.OpenAsync(context, "pace", 1))
                await pace.PaceAsync();
            return await clause.Check(context);
        },
    };
}
