using System.Buffers.Text;
using System.Collections.Immutable;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Conformance.Clauses;

internal static partial class CloudProtocol
{
    private static readonly string[] s_methodsOfPages = ["GET", "PUT", "DELETE"];

    private static async Task<Finding> AdmitsPagesAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire wire = await context.OpenAsync(ledger);
        string key = context.Commit().Key;
        string put = await wire.AddressAsync("PUT", key);
        string get = await wire.AddressAsync("GET", key);
        foreach (string address in (string[])[context.Subject.Messages.ToString(), put])
        {
            CloudAnswer preflight = await context.SendAsync(HttpMethod.Options, address);
            string where = new Uri(address).AbsolutePath;
            CloudContext.Require(preflight.Code == 200, $"OPTIONS {Printable.Key(where)} was answered with the status {preflight.Code}");
            Admits(preflight, $"the answer to OPTIONS {where}");
            string methods = preflight.Header("Access-Control-Allow-Methods");
            CloudContext.Require(methods == "*" || s_methodsOfPages.All(method => methods.Contains(method, StringComparison.Ordinal)), $"OPTIONS {Printable.Key(where)} admits the methods {Printable.Key(methods)}, and pages use GET, PUT and DELETE");
            string headers = preflight.Header("Access-Control-Allow-Headers");
            CloudContext.Require(headers == "*" || headers.Contains("Content-Type", StringComparison.OrdinalIgnoreCase), $"OPTIONS {Printable.Key(where)} admits the headers {Printable.Key(headers)}, and pages send Content-Type");
        }

        Admits(await context.PutAsync(CloudContext.Gestalt(wire.Token)), "a good answer");
        Admits(await context.PutAsync(CloudContext.Gestalt("no.good.token")), "an error");
        Admits(await context.PutAsync("{"u8.ToArray()), "the answer to what is no message");
        Admits(await context.SendAsync(HttpMethod.Get, get), "the answer for a file that is not there");
        Admits(await context.SendAsync(HttpMethod.Get, AlterSignature(get)), "the answer to an altered address");
        return Finding.Passed("2 questions of pages and 5 answers of other kinds had the headers that admit pages");
    }

    private static void Admits(CloudAnswer answer, string what)
    {
        string origin = answer.Header("Access-Control-Allow-Origin");
        CloudContext.Require(CloudTraffic.IsAdmitted(origin), $"{what} (status {answer.Code}) admits pages of {(origin.Length == 0 ? "no origin" : Printable.Key(origin))}, and not of the one that asks");
    }

    private static async Task<Finding> TellsItsGestaltAsync(CloudContext context)
    {
        JsonObject question = CloudContext.Gestalt(context.Token(context.Ledger()));
        question["tid"] = "z" + context.Dice.Hex(8);
        long begin = context.Time.GetTimestamp();
        CloudAnswer answer = await context.PutAsync(question);
        TimeSpan took = context.Time.GetElapsedTime(begin);
        JsonObject message = answer.Message;
        CloudContext.Require(answer.Code == 200 && message.Text("type") == "resGestalt", $"reqGestalt was answered with the status {answer.Code} and {message.Told()}");
        CloudContext.Require(message.Text("tid") == question.Text("tid"), $"reqGestalt {question.Text("tid")} was answered under the number {Printable.Key(message.Text("tid") ?? "")}");
        foreach (string field in (string[])["protocolCapabilities", "httpEndpoints", "wsEndpoints"])
            CloudContext.Require(message["gestalt"]?[field] is JsonArray, $"the gestalt has no list {field}");
        IReadOnlyList<string> ways = message["gestalt"].Texts("protocolCapabilities");
        CloudContext.Require(ways.Contains("stream") ? message["gestalt"].Texts("wsEndpoints").Count > 0 : message["gestalt"].Texts("httpEndpoints").Count > 0, $"the gestalt offers {string.Join(", ", ways)}, and gives no address for it");
        return Finding.Passed($"the gestalt came after {took.TotalMilliseconds:0} ms, and offers {string.Join(" and ", ways)}");
    }

    private static async Task<Finding> RefusesBadTokensAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        DateTimeOffset now = context.Time.GetUtcNow();
        using CloudIssuer stranger = CloudIssuer.Unknown();
        string good = context.Token(ledger);
        (string What, string Token)[] bad =
        [
            ("no token", ""),
            ("a garbled token", "a.b.c"),
            ("an altered token", AlterToken(good)),
            ("a token of a stranger", stranger.Make(now.AddHours(1), "write", [ledger])),
            ("an unsigned token", Unsigned(good)),
            ("a token that ended an hour ago", context.Token(ledger, expires: now.AddHours(-1))),
            ("a token without e-mail address", context.Subject.Issuer.Make(now.AddHours(1), "write", [ledger], without: "email")),
            ("a token without ledgers", context.Subject.Issuer.Make(now.AddHours(1), "write", [ledger], without: "ledgers")),
        ];
        await using CloudWire wire = await context.BoundAsync(ledger);
        CloudCommit there = await context.StoreAsync(wire, context.NewKey().Text);
        CloudCommit forged = context.Commit();
        await context.UploadAsync(wire, forged);
        bool takesRequests = await context.OffersRequestsAsync();
        int messages = 0;
        foreach ((string what, string token) in bad)
        {
            CloudAnswer answer = await context.PutAsync(CloudContext.Gestalt(token));
            CloudContext.Require(answer.Code is 401 or 403 or 500 && answer.Message.Text("type") == "error", $"reqGestalt with {what} was answered with the status {answer.Code} and {answer.Message.Told()}");
            foreach (JsonObject question in (JsonObject[])[
                wire.Message("reqOpen"), wire.About("bindGetMeta", "GET", "meta", "main"), wire.About("reqGetData", "GET", "car", there.Key), wire.About("reqPutData", "PUT", "car", forged.Key),
                wire.About("reqDelData", "DELETE", "car", there.Key), wire.PutMeta(CloudJson.OfMeta([forged.Head], []))])
            {
                question["auth"]!["params"]!["jwk"] = token;
                JsonObject[] refusals = takesRequests ? [await wire.AskAsync(question), (await context.PutAsync(question)).Message] : [await wire.AskAsync(question)];
                foreach (JsonObject refused in refusals)
                {
                    CloudContext.Require(refused.Text("type") == "error" && refused["signedUrl"] is null && refused["meta"] is null, $"{question.Text("type")} with {what} was answered with {refused.Told()}");
                    messages++;
                }
            }
        }

        JsonObject without = CloudContext.Gestalt(good);
        _ = without.Remove("auth");
        CloudAnswer none = await context.PutAsync(without);
        CloudContext.Require(none.Message.Text("type") == "error", $"reqGestalt without auth was answered with {none.Message.Told()}");
        CloudAnswer garbled = await context.PutAsync("{\"tid\":"u8.ToArray());
        CloudContext.Require(garbled.Code == 400 && garbled.Message.Text("type") == "error" && garbled.Message.Text("tid") == "internal", $"what is no JSON was answered with the status {garbled.Code} and {garbled.Message.Told()}, number {Printable.Key(garbled.Message.Text("tid") ?? "")}; 400 and 'internal' are expected");
        CloudContext.Require(!(await context.ReadAsync(ledger)).Heads().Contains(forged.Name), $"a head that came with bad tokens was stored");
        return Finding.Passed($"{messages + bad.Length} messages with {bad.Length} kinds of bad tokens, one without and one that was no JSON were refused, and nothing was stored");
    }

    private static async Task<Finding> OffersWhatWorksAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        JsonObject gestalt = await context.GestaltAsync();
        ImmutableArray<Uri> sockets = CloudTraffic.SocketsOf(gestalt, context.Subject.Messages);
        ImmutableArray<Uri> requests = CloudTraffic.RequestsOf(gestalt, context.Subject.Messages);
        CloudContext.Require(sockets.Length + requests.Length > 0, $"the gestalt offers {Printable.Key(string.Join(", ", gestalt["gestalt"].Texts("protocolCapabilities")))}, and no address for it");
        foreach (Uri socket in sockets)
        {
            await using CloudWire wire = await CloudWire.ConnectAsync(context, ledger, context.Token(ledger), at: socket);
            _ = await wire.OpenAsync();
            _ = await wire.BindAsync();
        }

        foreach (Uri place in requests)
        {
            JsonObject answer = await AskByRequestsAsync(context, place, ledger, "bindGetMeta", "GET", "meta", "main");
            CloudContext.Require(answer.Text("type") == "eventGetMeta", $"bindGetMeta as a request of its own was answered with {answer.Told()}");
        }

        return Finding.Passed($"all {sockets.Length + requests.Length} addresses worked that are offered: {sockets.Length} of WebSockets, {requests.Length} of requests");
    }

    private static async Task<JsonObject> AskByRequestsAsync(CloudContext context, Uri place, CloudLedgerName ledger, string type, string method, string store, string key)
    {
        string token = context.Token(ledger);
        JsonObject opening = CloudContext.Message("reqOpen", token);
        opening["conn"] = new JsonObject { ["reqId"] = "z" + context.Dice.Hex(12) };
        JsonObject opened = (await context.PutAsync(opening, place)).Message;
        CloudContext.Require(opened.Text("type") == "resOpen" && opened["conn"] is JsonObject, $"reqOpen as a request of its own was answered with {opened.Told()}");
        JsonObject question = CloudContext.About(CloudContext.Message(type, token), ledger, method, store, key);
        question["conn"] = opened["conn"]!.DeepClone();
        return (await context.PutAsync(question, place)).Message;
    }

    private static async Task<Finding> TakesBothFramesAsync(CloudContext context)
    {
        await context.RequireSocketAsync();
        CloudLedgerName ledger = context.Ledger();
        string[] queries = ["", "random=zabc", "a=1&b=%2F&random=" + context.Dice.Hex(16)];
        foreach (string query in queries)
        {
            await using CloudWire wire = await CloudWire.ConnectAsync(context, ledger, context.Token(ledger), query);
            _ = await wire.OpenAsync();
            foreach (WebSocketMessageType frame in (WebSocketMessageType[])[WebSocketMessageType.Binary, WebSocketMessageType.Text])
            {
                JsonObject answer = await wire.AskAsync(wire.About("reqGetData", "GET", "car", context.Commit().Key), frame);
                CloudContext.Require(answer.Text("type") == "resGetData", $"reqGetData in a {(frame == WebSocketMessageType.Text ? "text" : "binary")} frame was answered with {answer.Told()}");
            }
        }

        return Finding.Passed($"{queries.Length} sockets with different queries answered binary and text frames");
    }

    private static async Task<Finding> OpensAgainAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire wire = await CloudWire.ConnectAsync(context, ledger, context.Token(ledger));
        string mine = "z" + context.Dice.Hex(12);
        JsonObject first = await wire.OpenAsync(new JsonObject { ["reqId"] = mine });
        CloudContext.Require(first.Text("reqId") == mine, $"reqOpen under {mine} opened {Printable.Key(first.Text("reqId") ?? "")}");
        JsonObject second = await wire.OpenAsync();
        CloudContext.Require(second.Text("resId") != first.Text("resId") || second.Text("reqId") != first.Text("reqId"), $"two connections on one socket have one name");
        foreach (JsonObject name in (JsonObject[])[second, first])
        {
            JsonObject question = wire.About("bindGetMeta", "GET", "meta", "main");
            question["conn"] = name.DeepClone();
            JsonObject bound = await wire.AskAsync(question);
            CloudContext.Require(bound.Text("type") == "eventGetMeta" && JsonNode.DeepEquals(bound["conn"], name), $"bindGetMeta under one of two connections on a socket was answered with {bound.Told()}, for {Printable.Key(bound["conn"]?.ToJsonString() ?? "none")}");
        }

        await using CloudWire again = await CloudWire.ConnectAsync(context, ledger, context.Token(ledger));
        foreach (JsonObject name in (JsonObject[])[first, new JsonObject { ["reqId"] = "z" + context.Dice.Hex(12), ["resId"] = "of-one-that-is-gone" }])
        {
            JsonObject opened = await again.OpenAsync(name);
            CloudContext.Require(JsonNode.DeepEquals(opened, name), $"reqOpen under {Printable.Key(name.ToJsonString())} opened {Printable.Key(opened.ToJsonString())}");
            _ = await again.BindAsync();
        }

        return Finding.Passed("4 connections on 2 sockets were opened: by one half of a name, by both, and by halves that were never given out");
    }

    private static async Task<Finding> KnowsConnectionsAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire wire = await CloudWire.ConnectAsync(context, ledger, context.Token(ledger));
        JsonObject question = wire.About("bindGetMeta", "GET", "meta", "main");
        question["conn"] = new JsonObject { ["reqId"] = "z" + context.Dice.Hex(12), ["resId"] = "nobodys" };
        bool hasSocket = await context.SocketAsync() is not null;
        JsonObject refused = await wire.AskAsync(question);
        CloudContext.Require(!hasSocket || (refused.Text("type") == "error" && refused["conn"] is null), $"bindGetMeta under a name that was not opened on the socket was answered with {refused.Told()}{(refused["conn"] is null ? "" : ", with its connection")}");
        if (!await context.OffersRequestsAsync())
            return Finding.Passed("an unknown connection was refused on a socket; requests are not offered");
        JsonObject taken = (await context.PutAsync(question)).Message;
        CloudContext.Require(taken.Text("type") == "eventGetMeta", $"bindGetMeta under a name that is not known, as a request of its own, was answered with {taken.Told()}");
        return Finding.Passed($"an unknown connection was {(hasSocket ? "refused on a socket and " : "")}taken as a request of its own");
    }

    private static async Task<Finding> RefusesUnknownTypesAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire wire = await context.OpenAsync(ledger);
        JsonObject question = wire.Message("reqWonder" + context.Dice.Hex(4));
        Refuses(await wire.AskAsync(question), "on a socket");
        bool takesRequests = await context.OffersRequestsAsync();
        if (takesRequests)
            Refuses((await context.PutAsync(question)).Message, "as a request of its own");
        _ = await wire.BindAsync();
        return Finding.Passed($"{(takesRequests ? 2 : 1)} messages of a type that nobody knows were refused as such, and the next one was served");

        void Refuses(JsonObject refused, string where)
        {
            CloudContext.Require(refused.Text("type") == "error" && refused.Text("message")?.StartsWith("unexpected message", StringComparison.Ordinal) == true, $"a message of an unknown type {where} was answered with {refused.Told()}, and not with the error 'unexpected message'");
            CloudContext.Require(refused.Text("tid") == question.Text("tid") && JsonNode.DeepEquals(refused["auth"], question["auth"]) && refused["src"] is not null, $"the error {where} lacks number, token or source of its message");
            CloudContext.Require(refused["conn"] is null, $"the error {where} names a connection");
        }
    }

    private static async Task<Finding> NamesNoConnectionInErrorsAsync(CloudContext context)
    {
        await context.RequireSocketAsync();
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire wire = await context.BoundAsync(ledger);
        string good = wire.Token;
        string key = context.Commit().Key;
        JsonObject bare = wire.About("reqPutMeta", "PUT", "meta", "main");
        JsonObject stranger = wire.About("reqGetData", "GET", "car", key);
        stranger["auth"]!["params"]!["jwk"] = AlterToken(good);
        (string What, JsonObject Message)[] wrong =
        [
            ("an unknown type", wire.Message("reqWonder")),
            ("a ledger of somebody else", wire.About("reqGetData", "GET", "car", key, new CloudLedgerName(ledger.Tenant, "another"))),
            ("a bad token", stranger),
            ("a put without heads", bare),
            ("a name that is none", wire.About("reqGetData", "GET", "car", "../../x")),
        ];
        int errors = 0;
        foreach ((string what, JsonObject message) in wrong)
        {
            JsonObject answer = await wire.AskAsync(message);
            if (answer.Text("type") != "error")
                continue;
            errors++;
            CloudContext.Require(answer["conn"] is null, $"the error about {what} names a connection");
        }

        CloudContext.Require(errors > 0, $"none of {wrong.Length} wrong messages was answered with an error");
        await wire.SayAsync("no JSON"u8.ToArray());
        CloudCommit commit = await context.StoreAsync(wire, context.NewKey().Text);
        _ = await wire.EventAsync(commit, $"a head, after {errors} errors");
        CloudContext.Require(wire.ErrorsWithConnection == 0, $"the error about what is no JSON names a connection");
        return Finding.Passed($"{errors} errors named no connection, and the subscription went on");
    }

    private static async Task<Finding> RepeatsTheQuestionAsync(CloudContext context)
    {
        CloudLedgerName ledger = context.Ledger();
        await using CloudWire wire = await context.OpenAsync(ledger);
        CloudCommit commit = context.Commit();
        await context.UploadAsync(wire, commit);
        JsonObject[] questions =
        [
            wire.About("bindGetMeta", "GET", "meta", "main"),
            wire.About("reqPutData", "PUT", "car", commit.Key),
            wire.About("reqGetData", "GET", "car", commit.Key),
            wire.PutMeta(CloudJson.OfMeta([commit.Head], [context.NewKey().Text])),
        ];
        int answers = 0;
        foreach (JsonObject question in questions)
        {
            foreach (JsonObject variant in Variants(question))
            {
                variant["tid"] = $"z{++answers}";
                JsonObject answer = await wire.AskAsync(variant);
                string type = question.Text("type")!;
                CloudContext.Require(answer.Text("type") is { } told && told != "error", $"{type} was answered with {answer.Told()}");
                foreach (string part in (string[])["conn", "tenant", "urlParam", "auth"])
                    CloudContext.Require(JsonNode.DeepEquals(answer[part], variant[part]), $"the answer to {type} has {Quoted(answer, part)}, and its question {Quoted(variant, part)}");
            }
        }

        return Finding.Passed($"{answers} answers had number, connection, ledger, parameters and token of their questions");
    }

    // Tokens stay out of reports.
    private static string Quoted(JsonObject message, string part) => message[part] is not { } value ? $"no {part}" : part == "auth" ? "another token, or none" : $"the {part} {Printable.Key(value.ToJsonString())}";

    // As it is; under the other version that clients send; backwards, with fields that nobody knows.
    private static IEnumerable<JsonObject> Variants(JsonObject question)
    {
        JsonObject other = question.DeepClone().AsObject();
        other["version"] = "v0.1-fp-cloud";
        JsonObject backwards = [];
        backwards["later"] = new JsonObject { ["than"] = 2026 };
        foreach ((string name, JsonNode? value) in question.Reverse())
            backwards[name] = value?.DeepClone();
        return [question, other, backwards];
    }

    private static async Task<Finding> KeepsLedgersApartAsync(CloudContext context)
    {
        CloudLedgerName mine = context.Ledger("mine");
        CloudLedgerName theirs = context.Ledger("theirs");
        await using CloudWire wire = await context.BoundAsync(mine);
        await using CloudWire owner = await context.BoundAsync(theirs);
        CloudCommit secret = await context.StoreAsync(owner, context.NewKey().Text);
        CloudCommit forged = context.Commit();
        await context.UploadAsync(owner, forged);
        CloudLedgerName elsewhere = new("conform-nobodys-tenant", mine.Ledger);
        foreach (CloudLedgerName foreign in (CloudLedgerName[])[theirs, elsewhere])
        {
            foreach (JsonObject question in (JsonObject[])[
                wire.About("bindGetMeta", "GET", "meta", "main", foreign), wire.About("reqGetData", "GET", "car", secret.Key, foreign), wire.About("reqPutData", "PUT", "car", forged.Key, foreign),
                wire.About("reqDelData", "DELETE", "car", secret.Key, foreign), wire.PutMeta(CloudJson.OfMeta([forged.Head], []), foreign)])
            {
                JsonObject refused = await wire.AskAsync(question);
                CloudContext.Require(refused.Text("type") == "error" && refused["signedUrl"] is null && refused["meta"] is null, $"{question.Text("type")} for a ledger that the token does not name was answered with {refused.Told()}");
            }
        }

        // Whatever part of a message an endpoint goes by, it is one ledger.
        JsonObject mixed = wire.About("reqGetData", "GET", "car", secret.Key);
        mixed["urlParam"]!["ledger"] = theirs.Ledger;
        JsonObject address = await wire.AskAsync(mixed);
        CloudAnswer? file = address.Text("type") == "error" ? null : await context.SendAsync(HttpMethod.Get, CloudWire.AddressIn(address));
        CloudContext.Require(file is null || file.Code == 404, $"a file of a ledger that the token does not name was answered with the status {file?.Code} where only the parameters of the address name it");
        await owner.EventAsync(secret, "its own head");
        CloudCommit next = await context.StoreAsync(owner, context.NewKey().Text, secret);
        await wire.NeverHearsAsync(next, "a connection that was refused a ledger was told a head of it");
        CloudContext.Require(!(await context.ReadAsync(theirs)).Heads().Contains(forged.Name), $"a head was refused, and stored in a ledger that the token does not name");
        JsonObject selected = wire.About("reqGetData", "GET", "car", secret.Key);
        _ = selected.Remove("tenant");
        JsonObject answer = await wire.AskAsync(selected);
        CloudContext.Require(answer.Text("type") == "resGetData", $"reqGetData without tenant was answered with {answer.Told()}");
        CloudAnswer read = await context.SendAsync(HttpMethod.Get, CloudWire.AddressIn(answer));
        CloudContext.Require(read.Code == 404, $"a file of another ledger was answered with the status {read.Code} in the one that the token selects");
        return Finding.Passed("10 messages about a ledger or tenant that the token does not name were refused; without one the selected ledger was meant");
    }

    // In the middle of its last part: the last letters of a signature can stand for the same bytes.
    private static string AlterToken(string token) => AlterAt(token, (token.LastIndexOf('.') + token.Length) / 2);

    // To what is another one in every alphabet, whether its letters are large or small.
    private static string AlterAt(string text, int at) => $"{text[..at]}{(char.ToUpperInvariant(text[at]) == 'B' ? 'C' : 'B')}{text[(at + 1)..]}";

    // The claims of a good token, signed by nobody.
    private static string Unsigned(string token) => $"{Base64Url.EncodeToString("""{"alg":"none","typ":"JWT"}"""u8)}.{token.Split('.')[1]}.";
}
