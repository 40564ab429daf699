using System.Security.Cryptography;
using FireproofBench.Endpoint.Access;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;
using FireproofBench.Engine.Storage;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>Answers messages, whichever way they came.</summary>
internal sealed class CloudDispatcher(CloudOptions options, CloudTokens tokens, CloudLedgers ledgers, CloudAddresses addresses, CloudRooms rooms, Gatekeeper gate)
{
    /// <summary>Answers a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="place">Where it came in.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CloudMessageException">It is refused: the answer is an error with that reason.</exception>
    /// <exception cref="StorageException">A store fails.</exception>
    public async ValueTask<CloudReply> AnswerAsync(CloudMessage message, CloudPlace place, CancellationToken cancellation)
    {
        CloudClaims claims = await tokens.ReadAsync(message, cancellation);
        if (gate.IsTooFast("cloud " + claims.User))
            throw new CloudMessageException("more messages than this user may send; wait a second", message);
        switch (message.Type)
        {
            case CloudMessageType.Gestalt:
                return new CloudReply(CloudAnswers.Gestalt(message, place.MessagePath, place.SocketPath, options.OffersSocket));
            case CloudMessageType.Open:
                return Open(message, place);
        }

        if (message.Connection is not { ResponseId: { } response } connection || !place.Knows(new CloudConnection(connection.RequestId, response)))
            throw new CloudMessageException(message.Connection is null ? "missing connection" : "dispatch missing connection", message);
        CloudConnection from = new(connection.RequestId, response);
        switch (message.Type)
        {
            case CloudMessageType.Close:
                return new CloudReply(message.Answer(CloudMessageType.CloseAnswer, static _ => { })) { Closed = from };
            case CloudMessageType.Chat:
                return Chat(message, LedgerOf(message, claims), from);
            case CloudMessageType.Bind:
                return Bind(message, LedgerOf(message, claims), from, claims, place);
            case CloudMessageType.PutMeta:
                return await PutMetaAsync(message, LedgerOf(message, claims), claims, place, cancellation);
            default:
                return Address(message, claims, place);
        }
    }

    private static CloudLedgerName LedgerOf(CloudMessage message, CloudClaims claims)
    {
        CloudLedgerName name = message.Ledger ?? claims.Selected;
        return claims.RefusalOf(name) is { } refusal ? throw new CloudMessageException(refusal, message) : name;
    }

    private static CloudReply Open(CloudMessage message, CloudPlace place)
    {
        if (message.Connection is not { } asked)
            throw new CloudMessageException("missing connection", message);

        // A client that comes again brings the name that it had: a server that has forgotten it takes it as it is.
        CloudConnection opened = new(asked.RequestId, asked.ResponseId ?? "s" + RandomNumberGenerator.GetHexString(20, lowercase: true));
        return place.CanOpen
            ? new CloudReply(CloudAnswers.Open(message, opened), Opened: opened)
            : throw new CloudMessageException("as many connections as one socket may have are open on this one", message);
    }

    private CloudReply Bind(CloudMessage message, CloudLedgerName name, CloudConnection from, CloudClaims claims, CloudPlace place)
    {
        CloudLedger ledger = ledgers.Of(name.Database);
        string address = addresses.Make(place.Route, new CloudFile("GET", name.Database, CloudStore.Meta, "main", false));
        return new CloudReply(null, new CloudSubscription(message, from, name, ledger, claims, address));
    }

    private async ValueTask<CloudReply> PutMetaAsync(CloudMessage message, CloudLedgerName name, CloudClaims claims, CloudPlace place, CancellationToken cancellation)
    {
        CloudMeta meta = message.ReadMeta();
        foreach (MetaEntry entry in meta.Entries)
            RequireFiles(message, entry);
        CloudLedger ledger = ledgers.Of(name.Database);
        string address = addresses.Make(place.Route, new CloudFile("PUT", name.Database, CloudStore.Meta, "main", false));
        if (!claims.MayWrite(name))
        {
            RequireDiscarding(message);
            return new CloudReply(CloudAnswers.PutMeta(message, name, address, CloudMeta.Empty));
        }

        return new CloudReply(CloudAnswers.PutMeta(message, name, address, new CloudMeta([], await ledger.PublishAsync(meta, cancellation))));
    }

    // Clients end their subscription over a single head that they cannot decode.
    private static void RequireFiles(CloudMessage message, MetaEntry entry)
    {
        try
        {
            _ = MetaPayload.Read(entry);
        }
        catch (MalformedBlockException wrong)
        {
            throw new CloudMessageException($"meta: the data of entry {entry.Cid} names no files", message, wrong);
        }
    }

    private void RequireDiscarding(CloudMessage message)
    {
        if (!options.DiscardsForbiddenWrites)
            throw new CloudMessageException("the token may only read this ledger", message);
    }

    // Of what is asked for nothing is looked up: hundreds of these come at once, and each is to be answered within three seconds.
    private CloudReply Address(CloudMessage message, CloudClaims claims, CloudPlace place)
    {
        if (CloudMessageType.FileRequestOf(message.Type) is not { } wanted)
            throw new CloudMessageException("unexpected message", message);
        CloudLedgerName name = LedgerOf(message, claims);
        bool isDiscarded = wanted.Method != "GET" && !claims.MayWrite(name);
        if (isDiscarded)
            RequireDiscarding(message);
        CloudStore store = wanted.IsLog ? CloudStore.Wal : StoreOf(message);
        CloudFile file = new(wanted.Method, name.Database, store, message.Key ?? "", isDiscarded);
        if (!file.HasGoodKey)
            throw new CloudMessageException("the key is no content id", message);
        _ = ledgers.Of(name.Database);
        return new CloudReply(CloudAnswers.Address(message, name, wanted.Answer, addresses.Make(place.Route, file)));
    }

    private static CloudStore StoreOf(CloudMessage message) => message.StoreName switch
    {
        "car" => CloudStore.Car,
        "file" => CloudStore.File,
        "wal" => CloudStore.Wal,
        _ => throw new CloudMessageException("files are in the store car, file or wal", message),
    };

    private CloudReply Chat(CloudMessage message, CloudLedgerName name, CloudConnection from)
    {
        string said = message.Text("message", CloudMessage.MaxNameLength * 10) ?? "";
        IReadOnlyList<CloudConnection> others = rooms.Tell(name.Database, from, to => message.AnswerTo(to, CloudMessageType.ChatAnswer, json => json.WriteString("message"u8, said)));
        return new CloudReply(CloudAnswers.Chat(message, "ack: " + said, others));
    }
}
