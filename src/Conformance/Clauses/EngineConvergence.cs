using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Crdt;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Conformance.Clauses;

/// <summary>ENG: whole databases on the store, through the engine: nothing is lost, and everybody ends with the same.</summary>
internal static partial class EngineConvergence
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("ENG", "Engine-level convergence on this store",
    [
        new Clause
        {
            Id = "ENG-01",
            Level = ClauseLevel.Must,
            Requirement = "Replicas that took in the same writes, in whatever order, have the same documents, heads and state hash.",
            Why = "Devices that meet through the store only have no other way to agree.",
            How = "2 to 8 replicas write and delete at random, and synchronise through one remote database on the store, in random order and all at once;"
                + " then all are compared with all, and once more when all have written one document without having seen each other's.",
            WhenItFails = "Do not synchronise through this store; replay the seed, and see which of the other clauses fail on it.",
            Source = "Strong eventual consistency (Kleppmann and others); the comparing tests of Yjs and Loro",
            Needs = StoreNeeds.Databases,
            Check = Checked(ReplicasAgreeAsync),
        },
        new Clause
        {
            Id = "ENG-02",
            Level = ClauseLevel.Must,
            Requirement = "No acknowledged write is lost: it is in the database at the end, or a later or concurrent write of the same document is.",
            Why = "A put that returned is a promise to the user.",
            How = "Writers with handles of their own put into one database at once, own documents and shared ones; then a cold reader audits every"
                + " acknowledged put.",
            WhenItFails = "Do not use this store; one writer's head or file replaces another's.",
            Source = "Jepsen's set workload; Garage's set2",
            Needs = StoreNeeds.Databases,
            Slot = ClauseSlot.Alone,
            Check = Checked(LosesNothingAsync),
        },
        new Clause
        {
            Id = "ENG-03",
            Level = ClauseLevel.Must,
            Requirement = "Compaction changes nothing that can be seen: documents, heads and changes are as before, also when it races writers and itself.",
            Why = "It runs by itself, and it is the one part of an engine that deletes.",
            How = "Compares all that can be read before and after a compaction, warm and cold; then compactors, writers and a reader race on one database.",
            WhenItFails = "Switch automatic compaction off on this store, and look for deletes that reach further than their key or puts that do not stay.",
            Source = "fireproof-storage/fireproof#95 and #1810",
            Needs = StoreNeeds.Databases,
            Slot = ClauseSlot.Alone,
            Check = Checked(CompactsUnseenAsync),
        },
        new Clause
        {
            Id = "ENG-04",
            Level = ClauseLevel.Must,
            Requirement = "A file is deleted only when no client can still need it: one that was away during two compactions comes back and loses nothing.",
            Why = "Devices are offline for weeks.",
            How = "A reader that did not look again must read everything after one compaction; a replica and a reader that were away during two must"
                + " take part again.",
            WhenItFails = "Look for expiry or eviction of old files on the store; until it is off, keep no database there.",
            Source = "orbitdb/orbitdb#1163; thanos-io/thanos#700",
            Needs = StoreNeeds.Databases,
            Check = Checked(TakesBackAsync),
        },
        new Clause
        {
            Id = "ENG-05",
            Level = ClauseLevel.Must,
            Requirement = "A client that has nothing but the store reads the same documents as one that wrote them.",
            Why = "A new device, or a lost one replaced, starts from the store alone.",
            How = "Opens the database without anything in memory at random moments, at rest and beside a writer, and compares.",
            WhenItFails = "Look for stale heads or files that are not there yet; open only after the store's visibility bound.",
            Source = "fireproof-storage/fireproof#1810",
            Needs = StoreNeeds.Databases,
            Check = Checked(OpensColdAsync),
        },
        new Clause
        {
            Id = "ENG-06",
            Level = ClauseLevel.Must,
            Requirement = "Replicas converge on every kind of store that is simulated, from strong to eventual and flapping, for ten thousand seeds.",
            Why = "What a real store does once a year, a simulated one does every minute.",
            How = "Runs the first seeds of the simulated world, over all sound profiles, in virtual time: a few in a quick run, hundreds in a thorough one. It says nothing of the store under test, but of"
                + " the engine that judges it; the ten thousand are a nightly run of 'fireproofbench simulate'.",
            WhenItFails = "Replay the seed with 'fireproofbench simulate --seed N'; the fault is the engine's, and the verdict on the store waits for it.",
            Source = "SlateDB's, FoundationDB's and TigerBeetle's simulators",
            Check = Checked(LivesInWorldsAsync),
        },
        new Clause
        {
            Id = "ENG-07",
            Level = ClauseLevel.Should,
            Requirement = "The same writes in this engine and in the reference implementation give the same documents and content ids.",
            Why = "Both engines open each other's databases.",
            How = "Not from here: it needs the reference implementation. The tests of this project run both side by side.",
            WhenItFails = "Keep to one engine until the difference is explained.",
            Source = "reearth/ygo#162",
            Check = Finding.AlwaysUnsupported("the reference implementation is not part of this tool; the project's tests compare with it"),
        },
        new Clause
        {
            Id = "ENG-08",
            Level = ClauseLevel.Should,
            Requirement = "When the last fault has healed, two rounds of synchronisation bring all replicas together, within a stated number of requests.",
            Why = "An engine that retries for ever, or never again, is as good as one that lost the data.",
            How = "Cuts the connection to the remote database at random requests, then for good while replicas write on; heals it, and counts the"
                + " requests until all agree. Compactions are broken off too, and the same handle must carry the next one through.",
            WhenItFails = "Look for listings that do not end, for calls that fail long after an outage, and for locks and marks that stay behind.",
            Source = "automerge/automerge-repo#672; orbitdb/orbitdb#1251",
            Needs = StoreNeeds.Databases,
            Check = Checked(HealsAsync),
        },
    ]);

    /// <summary>A check under which what the engine throws over a damaged database is the answer to the clause, not an unknown failure of a gateway.</summary>
    internal static Func<ClauseContext, Task<Finding>> Checked(Func<ClauseContext, Task<Finding>> check) => async context =>
    {
        try
        {
            return await check(context);
        }
        catch (Exception damage) when (IsDamage(damage))
        {
            throw new ClauseViolation($"the engine met damage: {damage.Message}");
        }
    };

    /// <summary>Whether a failure says that a database is damaged.</summary>
    internal static bool IsDamage(Exception failure) => failure
        is MissingBlockException or MalformedBlockException or UnrelatedHistoriesException or Engine.Crypto.KeyBagException or Engine.Cbor.DagCborException
        || failure is StorageException { Kind: StorageErrorKind.Corrupt };
}
