using System.Collections.Immutable;

namespace FireproofBench.Conformance.Clauses;

/// <summary>FPC: what devices of the reference engine need of an endpoint to which they attach by its cloud protocol.</summary>
/// <remarks>Source of all: the protocol as @fireproof/core 0.24.19 speaks it, and what its clients do when an endpoint does otherwise.</remarks>
internal static partial class CloudProtocol
{
    // What is timed, and what restarts the endpoint under all others.
    private static readonly int[] s_alone = [12, 22, 31];

    /// <summary>The group.</summary>
    public static ClauseGroup Group { get; } = new("FPC", "Cloud protocol", [.. Messages, .. Files, .. Heads, .. Sessions]);

    private static Clause Of(int number, ClauseLevel level, string requirement, string why, string how, string whenItFails, Func<CloudContext, Task<Finding>> check) => new()
    {
        Id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"FPC-{number:00}"),
        Level = level,
        Requirement = requirement,
        Why = why,
        How = how,
        WhenItFails = whenItFails,
        Source = "@fireproof/core 0.24.19 on the wire",
        Connector = ConnectorProfile.Cloud,
        Slot = s_alone.Contains(number) ? ClauseSlot.Alone : ClauseSlot.Shared,
        CloudCheck = check,
    };

    // Properties, since the groups are put together from them whatever the order of the files.
    private static ImmutableArray<Clause> Messages =>
    [
        Of(
            1, ClauseLevel.Should, "Pages of every origin may ask: a question whether they may is answered with 200, and every answer, errors included, has the headers that admit them.",
            "A browser hides an answer without them, so that a file that is not there looks like a network that is not there.",
            "Asks OPTIONS for the address of messages and of a file, and looks at the headers of good answers, of errors, and of files that are absent or refused.",
            "Serve no browsers from this endpoint, or put a proxy before it that adds the headers to every answer.",
            AdmitsPagesAsync),
        Of(
            2, ClauseLevel.Must, "A client that asks what the endpoint is gets its gestalt within three seconds, with the number of its question.",
            "It is the first thing that a client asks; without it attaching never ends, and never fails either.",
            "Sends reqGestalt as a request of its own, and looks at status, type, number, and the three fields that a client reads.",
            "Use another endpoint: no client of the reference engine gets in.",
            TellsItsGestaltAsync),
        Of(
            3, ClauseLevel.Must, "A message without a good token (garbled, expired, of a stranger, unsigned, lacking a claim) is answered with an error and does nothing, whatever it asks for; so is what is no message.",
            "The token of each message is all that keeps strangers out: the socket itself asks for none.",
            "Sends every kind of message with bad tokens of several kinds, on the socket and as requests, and bytes that are no JSON; then looks whether anything was stored.",
            "Do not open this endpoint to anybody who is not to read and write all of it.",
            RefusesBadTokensAsync),
        Of(
            4, ClauseLevel.May, "What the gestalt offers works: messages over a WebSocket, messages as requests of their own, or both.",
            "Clients believe the gestalt: they use the WebSocket unless only requests are offered.",
            "Opens a connection and asks for heads at every address that is offered, since clients take any of them.",
            "Let the endpoint offer the one way that works.",
            OffersWhatWorksAsync),
        Of(
            5, ClauseLevel.Must, "The WebSocket is at the address that the gestalt gives, whatever query follows it, and takes binary and text frames.",
            "Clients add a random number to the address, and send binary frames; other clients send text.",
            "Opens sockets with several queries, and asks over each in both kinds of frames.",
            "Use another endpoint, or one that offers requests alone.",
            TakesBothFramesAsync),
        Of(
            6, ClauseLevel.Must, "A connection is opened under the client's half of its name, and again under both halves, known or not; several on one socket.",
            "A client that comes back after a restart of the endpoint brings the name that it had, and has no other.",
            "Opens connections by one half and by both, on the same and on other sockets, and with halves that the endpoint never gave out.",
            "Never restart this endpoint while clients run.",
            OpensAgainAsync),
        Of(
            7, ClauseLevel.Should, "A message of a connection that was not opened there is refused on a socket, without naming a connection, and taken as a request of its own if its token is good.",
            "Clients without a socket never open a second time: after a restart they go on with the name that they had.",
            "Sends bindGetMeta under a name that was never given out, both ways.",
            "Offer the WebSocket, or tell users to restart their clients after each restart of the endpoint.",
            KnowsConnectionsAsync),
        Of(
            8, ClauseLevel.Should, "A message of an unknown type is answered with the error 'unexpected message', with number, token and source of the message.",
            "Newer clients must learn that an endpoint does not know something, at once and not by waiting.",
            "Sends a message of a type that nobody knows, both ways, and one that is known afterwards.",
            "Nothing need be done as long as all clients are of the version that the endpoint knows.",
            RefusesUnknownTypesAsync),
        Of(
            9, ClauseLevel.Must, "No error on a WebSocket names a connection.",
            "A client takes an error that names its connection for the end of its subscription, and never hears of others again.",
            "Provokes errors of several kinds under a good connection, looks at each, and whether the connection still hears of a new head.",
            "Use requests alone (no 'stream' in the gestalt), or another endpoint.",
            NamesNoConnectionInErrorsAsync),
        Of(
            10, ClauseLevel.Must, "Every answer has number, connection, ledger, address parameters and token of its question; versions, orders and fields that are not known are passed over.",
            "Clients wait for the number, and drop answers of another connection or ledger.",
            "Asks in every way that there is, also with another version, another order of fields and further fields, and compares the answers with the questions.",
            "Use another endpoint: calls of clients end after three seconds, and what they wrote is missing until they attach again.",
            RepeatsTheQuestionAsync),
        Of(
            11, ClauseLevel.Must, "What is about a tenant or ledger that the token does not name gets an error, and no address, head or event; a message that names none is about the one that the token selects.",
            "Ledgers of several users are at one endpoint, and heads carry the keys.",
            "Asks for addresses and heads of another ledger, also where only a part of the message names it, and sends it a head; then writes there, and looks whether anything comes, and whether the head is there.",
            "Give each user an endpoint of their own.",
            KeepsLedgersApartAsync),
    ];

    private static ImmutableArray<Clause> Files =>
    [
        Of(
            12, ClauseLevel.Should, "Five hundred requests for addresses at once on one socket are all answered within three seconds.",
            "A client that attaches asks for the addresses of all its files at once, and gives up on each after three seconds.",
            "Sends 500 of them on one socket without waiting, and counts the answers.",
            "Let users compact their databases before they attach them.",
            AnswersManyAsync),
        Of(
            13, ClauseLevel.Must, "A file that was put to its address is read by every other device with the same bytes, and not before it was taken whole.",
            "A client never looks at what it uploaded again, and publishes its head at once.",
            "Puts files of several sizes and reads them as another device; begins an upload, reads in the middle of it, breaks one off, and reads again.",
            "Use another endpoint: what it gives back is not what was written.",
            KeepsFilesWholeAsync),
        Of(
            14, ClauseLevel.Must, "A file that is not there is answered with 404; an address that was altered, or used for another method or file, is refused; no name leads outside.",
            "A client takes 404 for a file that comes later, and everything else for a failure. Addresses are in logs and pages.",
            "Asks for absent files, alters the name, the method, the signature and the times of addresses, and asks for addresses of names such as ../../etc/passwd. How long an address is good is not waited for.",
            "Do not let addresses of this endpoint reach anybody who may not read and write the whole ledger.",
            BindsAddressesAsync),
        Of(
            15, ClauseLevel.Must, "A file that is there may be put again; what is there afterwards can be opened with a key of the ledger.",
            "The first files of all databases have the same name, and other bytes under each device's key: one that nobody can open hides the database.",
            "Puts files of one name, sealed with different keys, in several orders, some with keys that the ledger does not know yet, and tries to open what is there.",
            "Let one device begin the database and attach, and the others only after it.",
            KeepsWhatOpensAsync),
        Of(
            16, ClauseLevel.Should, "A file is removed at the address that reqDelData gives; to remove it once more is no failure.",
            "Clients in test mode remove what they wrote.",
            "Puts, removes, reads and removes a file.",
            "Nothing need be done for users; tests leave their files.",
            RemovesFilesAsync),
        Of(
            17, ClauseLevel.May, "Requests for the upload log are answered like those for files.",
            "Only the reference project's own tests send them.",
            "Puts, reads and removes an entry of the log.",
            "Nothing need be done.",
            KeepsLogsAsync),
    ];

    private static ImmutableArray<Clause> Heads =>
    [
        Of(
            18, ClauseLevel.Must, "Whoever binds is told all heads and keys of the ledger at once, also of an empty one, under their own connection, and all once more when they bind again.",
            "Attaching waits for the first event without end.",
            "Binds to an empty ledger, to one with heads of several authors, and once more over the same connection.",
            "Use another endpoint: clients never get in.",
            TellsAllAtOnceAsync),
        Of(
            19, ClauseLevel.Must, "A head is stored before it is acknowledged; keys are united; the same head twice is one; a head that cannot be read, or whose name is not its content's, is refused and told to nobody.",
            "One head that a client cannot decode ends its subscription, and makes attaching hang.",
            "Puts heads with different keys, one of them twice, and wrong ones of several kinds, and looks at what a new device is told.",
            "Use another endpoint: one broken client stops all others.",
            KeepsHeadsAndKeysAsync),
        Of(
            20, ClauseLevel.Must, "After a put every connection that is bound to the ledger, its author's included, is told of the head and all keys; those of other ledgers are told nothing.",
            "A device that is not told goes on with what it has. Two databases of one process share a connection and hear of each other in no other way.",
            "Binds several devices to a ledger and one to another, and puts heads to both.",
            "Use another endpoint, or let users open one database of a ledger in a process and write often.",
            TellsEverybodyAsync),
        Of(
            21, ClauseLevel.Must, "A put may replace older heads of the same connection, and never those of another one; that a head names another one as its parent removes nothing.",
            "A client names as parent what it was told, before it has merged it: the parent can hold what the child lacks.",
            "Two devices put heads in turn that name each other's, and a new device is told.",
            "Use another endpoint: it loses writes of devices that write at the same time.",
            ReplacesOnlyItsOwnAsync),
        Of(
            22, ClauseLevel.Must, "After a crash and restart all heads, keys and files that were acknowledged are there, and the same connection opens, binds and goes on.",
            "No client sends anything a second time.",
            "Writes, kills the endpoint and starts it again, comes back under the same name, and compares.",
            "Give the endpoint a store that is durable, and let it acknowledge later.",
            SurvivesACrashAsync),
        Of(
            23, ClauseLevel.Should, "A head whose file is not there yet is acknowledged, told to nobody, and told when the file comes.",
            "A client whose upload fails sends the head all the same; others that are told of it fail until they are started again.",
            "Puts a head before its file, listens, puts the file, and listens again.",
            "Tell users to start their clients again when documents cannot be read.",
            HoldsHeadsBackAsync),
        Of(
            24, ClauseLevel.Must, "Nothing is removed when a client closes, goes, or publishes a compaction.",
            "Old devices read old files, and nobody uploads them again.",
            "Writes, closes the connection in both ways, publishes a head that follows all others, and reads all as a new device.",
            "Use another endpoint: it loses what devices have written.",
            RemovesNothingAsync),
    ];

    private static ImmutableArray<Clause> Sessions =>
    [
        Of(
            25, ClauseLevel.Should, "A socket on which nothing is said stays open; nothing counts as told to one that died.",
            "Clients connect again only when they next write: until then they hear nothing.",
            "Says nothing for a while (quick 5 s, standard 40 s, thorough 5 min) and then waits for a head; lets a socket die, writes, and comes back under the same name.",
            "Let proxies before the endpoint keep sockets open, and clients write now and then.",
            KeepsIdleSocketsAsync),
        Of(
            26, ClauseLevel.Must, "When a token ends, its messages are refused and its events stop.",
            "A token is all that a user who lost the right to a ledger still has.",
            "Finds out how long after its end a token is taken, binds with one that is about to end, and puts a head after it has.",
            "Restart the endpoint when somebody loses a right.",
            EndsWithTheTokenAsync),
        Of(
            27, ClauseLevel.Should, "A token that may only read binds and reads; what it writes is refused, or acknowledged and thrown away, and never seen by others.",
            "A client with such a token writes when it attaches; a Node process dies of a refusal.",
            "Binds, reads, and puts a file and a head with such a token, and looks whether others see any of it.",
            "Give no token out that may only read: it may write.",
            ThrowsForbiddenWritesAwayAsync),
        Of(
            28, ClauseLevel.Must, "Two devices that attach to an empty ledger see each other's writes, end with the same heads after concurrent ones, and a third one gets all.",
            "It is what the endpoint is for.",
            "Attaches databases of this engine, which send requests and are told of heads over the WebSocket; writes by turns and at the same time, and compares documents and heads.",
            "Use another endpoint.",
            BringsDevicesTogetherAsync),
        Of(
            29, ClauseLevel.Must, "Devices with different keys read each other, and a new one, which asks by requests and has only its own key, gets the others' keys with the heads.",
            "Every device seals with a key of its own, and the heads are the only way that keys travel.",
            "Attaches databases with keys of their own, one over the WebSocket and one by requests, and then a third with an empty bag.",
            "Use another endpoint: new devices cannot read.",
            CarriesKeysAsync),
        Of(
            30, ClauseLevel.Must, "Two ledgers on one connection stay apart: each event is of one of them, and the file of one is not there (404) for the other.",
            "All databases of a process share one connection, and ask their own ledger for files of others.",
            "Binds one connection to two ledgers, writes to each, and asks each for the other's files.",
            "Let users open the databases of one ledger only in a process.",
            KeepsDatabasesApartAsync),
        Of(
            31, ClauseLevel.Should, "Devices that write while the endpoint is restarted lose nothing: what did not get through then does later.",
            "Endpoints are updated while people work.",
            "Writes all the time, kills the endpoint and starts it again in the middle, and reads all as a new device.",
            "Restart the endpoint while nobody writes.",
            SurvivesARestartBetweenWritesAsync),
        Of(
            32, ClauseLevel.May, "What one says with reqChat is acknowledged to it with the names of those who hear it, and comes to the other connections of the ledger.",
            "It is for finding faults; devices do not use it.",
            "Says something among connections of two ledgers.",
            "Nothing need be done.",
            PassesOnWhatIsSaidAsync),
    ];
}
