namespace FireproofBench.Conformance.Clauses;

/// <summary>LIM: how much a store takes, measured, and what it does beyond that.</summary>
internal static partial class Limits
{
    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("LIM", "Limits",
    [
        new Clause
        {
            Id = "LIM-01",
            Level = ClauseLevel.Must,
            Requirement = "A file of any size that the engine can make is taken whole, or refused before a part of it is seen.",
            Why = "One large document is one large file; half of it is a database that does not open.",
            How = "Puts ever larger files up to the limit of the budget, streamed, and reads them back in ranges; where one is refused, looks that nothing of it is"
                + " there, and halves the distance to the limit.",
            WhenItFails = "Keep documents below the limit that was found, and large contents in attached files, which are split.",
            Source = "slatedb/slatedb#1519: a single put above 5 GB",
            Slot = ClauseSlot.Alone,
            Check = TakesLargeFilesAsync,
        },
        new Clause
        {
            Id = "LIM-02",
            Level = ClauseLevel.Must,
            Requirement = "Very many small objects under one prefix stay listable and readable.",
            Why = "A database that is written to a lot has one file a commit until they are merged.",
            How = "Puts as many small objects under one prefix as the budget allows, 100,000 at the most; lists them all, and reads some of each part of the list.",
            WhenItFails = "Compact often, and give each database a prefix of its own.",
            Check = KeepsManyObjectsAsync,
        },
        new Clause
        {
            Id = "LIM-03",
            Level = ClauseLevel.Should,
            Requirement = "Fast writes of one key are taken or refused as too fast; what was acknowledged is there, at any rate.",
            Why = "Heads in one object are written as often as the database is; some stores allow one write a second.",
            How = "Overwrites one key with 1, 4 and 16 writers as fast as the store answers, without patience; measures the rate, counts refusals, and compares what is"
                + " left with what was acknowledged.",
            WhenItFails = "Keep each head in an object of its own (--heads multi).",
            Source = "Google Cloud Storage's quotas: one write a second an object",
            Slot = ClauseSlot.Alone,
            Check = TakesFastWritesAsync,
        },
        new Clause
        {
            Id = "LIM-04",
            Level = ClauseLevel.Should,
            Requirement = "Of 256 requests at once each is answered or refused as too many; none is left without an answer.",
            Why = "A synchronisation that hangs looks like one that is busy.",
            How = "Sends 256 puts and gets at the same moment, without patience. One that has no answer long after all others, and after further requests that were"
                + " answered, is stuck.",
            WhenItFails = "Let clients keep fewer requests in flight (AttachOptions.Parallelism), and look for queues without an end in proxies.",
            Slot = ClauseSlot.Alone,
            Check = AnswersCrowdsAsync,
        },
        new Clause
        {
            Id = "LIM-05",
            Level = ClauseLevel.Should,
            Requirement = "The heads of a database may be very many at one time, a thousand, and come together again.",
            Why = "Devices that were offline for long all bring a head of their own.",
            How = "Publishes as many events without parents as the budget allows, reads them all, and puts one in their place.",
            WhenItFails = "Let devices synchronise one after the other, so that each merges what is there.",
            Connector = ConnectorProfile.Metadata,
            Needs = StoreNeeds.Databases,
            Check = TakesManyHeadsAsync,
        },
    ]);
}
