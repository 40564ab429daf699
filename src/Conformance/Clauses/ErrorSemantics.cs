namespace FireproofBench.Conformance.Clauses;

/// <summary>ERR: what a client is told when something between it and the store, or the store itself, fails.</summary>
internal static partial class ErrorSemantics
{
    private const string RepairTheGateway = "Repair the gateway before it is used for a database: what it says of failures is not what happened.";

    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("ERR", "Error semantics",
    [
        new Clause
        {
            Id = "ERR-01",
            Level = ClauseLevel.Must,
            Requirement = "A caller can tell apart what is absent, what exists, what is denied, throttled, passing, and permanent.",
            Why = "Each asks for something else: go on, decide anew, ask for credentials, wait, repeat, or stop.",
            How = "Answers gets, listings and puts, on the wire, with each status and with broken connections, and compares what the gateway tells with the table that it"
                + " prints; absence and existence are the real store's.",
            WhenItFails = RepairTheGateway,
            Source = "restic's IsNotExist and IsPermanentError; Elasticsearch's status code semantics",
            Check = WiredStore.Check(TellsFailuresApartAsync),
        },
        new Clause
        {
            Id = "ERR-02",
            Level = ClauseLevel.Must,
            Requirement = "A failure of the network or of the store during a read or a listing is never told as absence, nor as an empty or shorter listing.",
            Why = "A database that takes an outage for emptiness starts a new history and writes it over the old one.",
            How = "Fails every request of gets, heads and listings (server errors, time-outs, broken connections and bodies), at keys that are there and at keys that are"
                + " not, and the second page of a listing.",
            WhenItFails = RepairTheGateway,
            Source = "restic's flaky-errors test; how Fireproof opens a database whose head it does not find",
            Check = WiredStore.Check(NeverTakesOutagesForAbsenceAsync),
        },
        new Clause
        {
            Id = "ERR-03",
            Level = ClauseLevel.Must,
            Requirement = "An answer with a good status that holds an error is an error.",
            Why = "Long calls acknowledge first and fail later; whoever believes the status loses the object.",
            How = "Answers each call with status 200 and an error document, in XML and in JSON; where large objects go up in parts, also the joining of the parts.",
            WhenItFails = RepairTheGateway,
            Source = "minio/minio-go#2305; apache/arrow-rs-object-store#122; scylladb/scylladb#20517",
            Check = WiredStore.Check(SeesErrorsInGoodAnswersAsync),
        },
        new Clause
        {
            Id = "ERR-04",
            Level = ClauseLevel.Must,
            Requirement = "Throttling is met by a bounded number of repetitions that keep the time asked for, then by success or by a failure that says so; nothing is lost.",
            Why = "A client that repeats without end keeps the store busy for everybody, and one that forgets a refused write loses it.",
            How = "Refuses each fifth request, some after they were carried out, and then every request, on the wire; counts the requests and the pauses in a time in which"
                + " nobody waits. A permanent refusal must not be repeated at all.",
            WhenItFails = "Put a bounded retry around the gateway, one that waits as long as the store asks, and keep writes queued until they are acknowledged.",
            Source = "Google Cloud Storage's one write a second for an object; orbitdb/orbitdb#1251",
            Check = WiredStore.Check(KeepsThePaceAsync),
        },
        new Clause
        {
            Id = "ERR-05",
            Level = ClauseLevel.Must,
            Requirement = "A call that is cancelled or out of time ends, and its request does no harm when it arrives later all the same.",
            Why = "A tab is closed and a laptop sleeps; what was under way then still arrives.",
            How = "Holds requests on the wire and cancels the calls, or lets their deadline pass in a time that is skipped; then lets a put arrive that was given up, beside"
                + " its repetition, and beside another's object under a condition.",
            WhenItFails = "Name each file by its content, so that a late one is the same one, and put deadlines around calls that have none.",
            Source = "go-cloud's cancelled-write test; restic's list-cancel test",
            Check = WiredStore.Check(EndsWhatIsGivenUpAsync),
        },
        new Clause
        {
            Id = "ERR-06",
            Level = ClauseLevel.Must,
            Requirement = "A page for people or a redirect in place of the answer is not taken for data, nor for an acknowledgement or an absence.",
            Why = "Hotel networks and proxies answer every request with a page of theirs, and say that all is well.",
            How = "Answers calls, all their requests or only the main one, with pages, redirects and empty answers of good status.",
            WhenItFails = "Use TLS to the store, and repair the gateway: an answer must be proven to be the store's.",
            Source = "Checking files against their content ids (INT-03) finds some of it, later",
            Check = WiredStore.Check(TakesNoPageForDataAsync),
        },
        new Clause
        {
            Id = "ERR-07",
            Level = ClauseLevel.Should,
            Requirement = "Every failure is a typed one that names the call and the key, the store's request id where it gave one, and the number of attempts.",
            Why = "What crosses the boundary untyped ends the program, and what names nothing cannot be looked for in the store's log.",
            How = "Answers with strange statuses, headers and bodies, and looks at what the gateway throws.",
            WhenItFails = "Catch everything at the gateway's boundary and map it to a typed failure.",
            Source = "Fireproof's gateways, whose methods never throw",
            Check = WiredStore.Check(NamesEveryFailureAsync),
        },
        new Clause
        {
            Id = "ERR-08",
            Level = ClauseLevel.Must,
            Requirement = "A bucket, folder or endpoint that is not there is told apart from an object that is not there.",
            Why = "A mistyped name would look like an empty database, and be written to as one.",
            How = "Reads, lists and puts where there is no such container, and reads an absent object where there is one.",
            WhenItFails = "Check that the container is there before a database is opened on it.",
            Source = "go-cloud's nonexistent-bucket test",
            Check = KnowsAMissingContainerAsync,
        },
    ]);
}
