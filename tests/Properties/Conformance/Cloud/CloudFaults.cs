using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using FireproofBench.Conformance.Cloud;
using FireproofBench.Gateways.Cloud.Protocol;
using Microsoft.IdentityModel.Tokens;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>Wrong endpoints of the cloud protocol: at least one for each clause.</summary>
internal static class CloudFaults
{
    private static readonly string[] _known =
    [
        "reqGestalt", "reqOpen", "reqClose", "reqChat", "bindGetMeta", "reqPutMeta", "reqDelMeta", "reqPutData", "reqGetData", "reqDelData", "reqPutWAL", "reqGetWAL", "reqDelWAL",
    ];

    /// <summary>All of them, made anew: some remember what went through them.</summary>
    /// <param name="issuer">One that the endpoint trusts.</param>
    public static IReadOnlyList<CloudFault> Make(CloudIssuer issuer) => [.. Messages(issuer), .. Files(), .. Heads(), .. Sessions(issuer)];

    private static IEnumerable<CloudFault> Messages(CloudIssuer issuer)
    {
        yield return new CloudFault("errors do not admit pages", "FPC-01")
        {
            Evidence = "admits pages of no origin",
            File = static async (_, _, _, pass) => await pass() is var answer && answer.Status >= 400 ? answer with { Headers = [] } : answer,
        };
        yield return new CloudFault("the gestalt is answered under another number", "FPC-02") { Evidence = "under the number", Tell = Changed("resGestalt", static (message, _) => message["tid"] = "another") };
        yield return new CloudFault("the gestalt gives no address of a socket", "FPC-02")
        {
            Evidence = "gives no address for it",
            Tell = Changed("resGestalt", static (message, _) => message["gestalt"]!["wsEndpoints"] = new JsonArray()),
        };
        yield return new CloudFault("the signatures of tokens are not looked at", "FPC-03") { Evidence = "was answered with the status 200", Ask = (message, _) => Signed(message, issuer, static claims => claims) };
        yield return new CloudFault("what is no JSON gets the status of a fault of the endpoint", "FPC-03")
        {
            Evidence = "what is no JSON was answered with the status 500",
            File = static async (_, _, _, pass) => await pass() is var answer && answer.Status == 400 ? answer with { Status = 500 } : answer,
        };
        yield return new CloudFault("whoever reads needs no good token", "FPC-03")
        {
            Evidence = "bindGetMeta with",
            Ask = (message, _) => message.Text("type") is "bindGetMeta" or "reqGetData" ? Signed(message, issuer, static claims => claims) : message,
        };
        yield return new CloudFault("one of two addresses of requests is not there", "FPC-04")
        {
            Evidence = "is no JSON",
            Tell = Changed("resGestalt", static (message, _) => message["gestalt"]!["httpEndpoints"] = new JsonArray("/fp", "/nowhere")),
        };
        yield return new CloudFault("the socket that is offered is not there", "FPC-04")
        {
            Evidence = "a WebSocket at",
            Tell = Changed("resGestalt", static (message, _) => message["gestalt"]!["wsEndpoints"] = new JsonArray("/nowhere")),
        };
        yield return new CloudFault("text frames are passed over", "FPC-05") { Evidence = "reqGetData did not come", DropsText = true };
        yield return new CloudFault("whoever comes again gets another name", "FPC-06")
        {
            Evidence = "reqOpen under",
            Ask = static (message, session) =>
            {
                if (message.Text("type") == "reqOpen" && message["conn"].Text("resId") is not null)
                    session.Marks[message.Text("tid")!] = true;
                return message;
            },
            Tell = Changed("resOpen", static (message, session) =>
            {
                if (session.Marks.ContainsKey(message.Text("tid")!))
                    message["conn"]!["resId"] = "another";
            }),
        };
        yield return new CloudFault("a socket has one connection, the newest", "FPC-06")
        {
            Evidence = "under one of two connections on a socket was answered with error",
            Tell = Changed("resOpen", static (message, session) => session.Opened = message["conn"]!.ToJsonString()),
            Ask = static (message, session) => message.Text("type") != "reqOpen" && session.Opened is { } newest && message["conn"]?.ToJsonString() is { } from && from != newest
                ? session.Answer(Error(message, "dispatch missing connection")) : message,
        };
        ConcurrentDictionary<string, bool> opened = [];
        yield return new CloudFault("requests of connections that it does not know are refused", "FPC-07")
        {
            Evidence = "as a request of its own, was answered with",
            Tell = Changed("resOpen", (message, _) => opened[message["conn"].Text("resId")!] = true),
            Ask = (message, session) => session.IsRequest && message["conn"].Text("resId") is { } id && !opened.ContainsKey(id) ? session.Answer(Error(message, "dispatch missing connection")) : message,
        };
        yield return new CloudFault("types that it does not know are passed over in silence", "FPC-08") { Evidence = "did not come within", Ask = static (message, _) => _known.Contains(message.Text("type")) ? message : null };
        yield return new CloudFault("errors name the connection", "FPC-09")
        {
            Evidence = "names a connection",
            Tell = Changed("error", static (message, session) =>
            {
                if (!session.IsRequest)
                    message["conn"] = session.Bound.Values.FirstOrDefault()?["conn"]?.DeepClone() ?? new JsonObject();
            }),
        };
        yield return new CloudFault("answers about files name no ledger", "FPC-10") { Evidence = "has no tenant", Tell = Changed("resGetData", static (message, _) => message.Remove("tenant")) };
        yield return new CloudFault("answers repeat another token", "FPC-10")
        {
            Evidence = "has another token",
            Tell = Changed("resGetData", static (message, _) => message["auth"]!["params"]!["jwk"] = message["auth"]!["params"].Text("jwk") + "x"),
        };
        yield return new CloudFault("errors repeat the token", "FPC-10")
        {
            Evidence = "reqPutMeta was answered with error (refused …)",
            Tell = Changed("resPutMeta", static (message, _) =>
            {
                message["type"] = "error";
                message["message"] = "refused " + message["auth"]!["params"].Text("jwk");
            }),
        };
        yield return new CloudFault("ledgers of tokens are not looked at", "FPC-11")
        {
            Evidence = "for a ledger that the token does not name was answered with",
            Ask = (message, _) => message["tenant"].Text("ledger") is { } ledger && message["tenant"].Text("tenant") is { } tenant ? Signed(message, issuer, _ => new CloudLedgerName(tenant, ledger)) : message,
        };
        yield return new CloudFault("the ledger is taken from the parameters of the address", "FPC-11")
        {
            Evidence = "where only the parameters of the address name it",
            Ask = (message, _) =>
            {
                if (message["urlParam"].Text("ledger") is not { } ledger || ledger == message["tenant"].Text("ledger") || message["tenant"].Text("tenant") is not { } tenant)
                    return message;
                JsonObject signed = Signed(message, issuer, _ => new CloudLedgerName(tenant, ledger));
                signed["tenant"]!["ledger"] = ledger;
                return signed;
            },
        };
        yield return new CloudFault("heads are told to all ledgers", "FPC-11")
        {
            Evidence = "was told",
            Tell = static (message, session) =>
            {
                if (message.Text("type") == "eventGetMeta" && message.Heads().Count > 0)
                {
                    foreach (CloudProxySession other in session.All.Where(other => other != session))
                    {
                        foreach (JsonObject bound in other.Bound.Values)
                            other.Send(CloudProxySession.EventOf(bound, message["meta"]));
                    }
                }

                return [message];
            },
        };
    }

    private static IEnumerable<CloudFault> Files()
    {
        yield return new CloudFault("addresses are made one after the other, each after a while", "FPC-12") { Evidence = "reqPutData", Pause = static message => TimeSpan.FromMilliseconds(message.Text("type") == "resPutData" ? 15 : 0) };
        yield return new CloudFault("files come back without their end", "FPC-13")
        {
            Evidence = "bytes instead of",
            File = static async (method, _, _, pass) => await pass() is var answer && method == HttpMethod.Get && answer.Status == 200 ? answer with { Body = answer.Body[..(answer.Body.Length / 2)] } : answer,
        };
        yield return new CloudFault("a file that is not there is an empty one", "FPC-14")
        {
            Evidence = "a file that is not there was answered with the status 200",
            File = static async (method, _, _, pass) => await pass() is var answer && method == HttpMethod.Get && answer.Status == 404 ? answer with { Status = 200, Body = [] } : answer,
        };
        yield return new CloudFault("addresses are good for every method", "FPC-14")
        {
            Evidence = "used for PUT was answered with the status 200",
            File = static async (method, address, _, pass) => method == HttpMethod.Put && address.Query.Contains("m=GET", StringComparison.Ordinal) ? new CloudProxyAnswer(200, [], []) : await pass(),
        };
        ConcurrentDictionary<string, byte[]> last = [];
        yield return new CloudFault("of files of one name the last one stays", "FPC-15")
        {
            Evidence = "cannot be opened",
            File = async (method, address, body, pass) =>
            {
                CloudProxyAnswer answer = await pass();
                if (method == HttpMethod.Put && answer.Status is >= 200 and < 300)
                    last[address.AbsolutePath] = body;
                return method == HttpMethod.Get && answer.Status == 200 && last.TryGetValue(address.AbsolutePath, out byte[]? newest) ? answer with { Body = newest } : answer;
            },
        };
        HashSet<string> there = [];
        yield return new CloudFault("of files of one name the first one stays", "FPC-15")
        {
            Evidence = "cannot be opened",
            File = async (method, address, _, pass) => method == HttpMethod.Put && address.AbsolutePath.Contains("/car/", StringComparison.Ordinal) && !there.Add(address.AbsolutePath) ? new CloudProxyAnswer(200, [], []) : await pass(),
        };
        yield return new CloudFault("removals are acknowledged and not made", "FPC-16")
        {
            Evidence = "a file that was removed was answered with the status 200",
            File = static async (method, _, _, pass) => method == HttpMethod.Delete ? new CloudProxyAnswer(204, [], []) : await pass(),
        };
        yield return new CloudFault("upload logs are not known", "FPC-17")
        {
            Evidence = "reqPutWAL was answered with error",
            Ask = static (message, session) => message.Text("type")?.EndsWith("WAL", StringComparison.Ordinal) == true ? session.Answer(Error(message, "unexpected message")) : message,
        };
    }

    private static IEnumerable<CloudFault> Heads()
    {
        yield return new CloudFault("of an empty ledger nothing is told", "FPC-18")
        {
            Evidence = "did not come within",
            Tell = static (message, _) => message.Text("type") == "eventGetMeta" && message.Heads().Count == 0 && message.Keys().Count == 0 ? [] : [message],
        };
        ConcurrentDictionary<(string Connection, string Head), bool> told = [];
        yield return new CloudFault("what was told to a connection once is never told again", "FPC-18")
        {
            Evidence = "to one that binds again",
            Tell = ShownWhere((head, message, _) => told.TryAdd((message["conn"]!.ToJsonString(), head), true)),
        };
        yield return new CloudFault("the keys of others are not told", "FPC-19")
        {
            Evidence = "keys were there",
            Tell = Changed("eventGetMeta", static (message, _) => message["meta"]!["keys"] = new JsonArray([.. message.Keys().Take(1).Select(static key => (JsonNode)key)])),
        };
        yield return new CloudFault("heads that cannot be read are acknowledged", "FPC-19")
        {
            Evidence = "was answered with resPutMeta",
            Tell = Changed("error", static (message, _) =>
            {
                if (message.Text("src") == "reqPutMeta")
                    message["type"] = "resPutMeta";
            }),
        };
        ConcurrentDictionary<string, JsonNode> putting = [];
        yield return new CloudFault("heads that are refused are told all the same", "FPC-19")
        {
            Evidence = "a head that was refused was told",
            Ask = (message, _) =>
            {
                if (message.Text("type") == "reqPutMeta" && message.Heads().Count > 0)
                    putting[message.Text("tid")!] = message["meta"]!.DeepClone();
                return message;
            },
            Tell = (message, session) =>
            {
                if (message.Text("type") == "error" && putting.TryGetValue(message.Text("tid")!, out JsonNode? refused))
                {
                    foreach (CloudProxySession other in session.All.Where(other => other != session))
                    {
                        foreach (JsonObject bound in other.Bound.Values)
                            other.Send(CloudProxySession.EventOf(bound, refused));
                    }
                }

                return [message];
            },
        };
        ConcurrentDictionary<string, string[]> broughtBy = [];
        yield return new CloudFault("with a head the keys are told that came with it", "FPC-20")
        {
            Evidence = "has not all keys of the ledger",
            Ask = (message, _) =>
            {
                foreach (string head in message.Text("type") == "reqPutMeta" ? message.Heads() : [])
                    broughtBy[head] = [.. message.Keys()];
                return message;
            },
            Tell = Changed("eventGetMeta", (message, _) => message["meta"]!["keys"] = new JsonArray([.. message.Heads().SelectMany(head => broughtBy[head]).Distinct().Select(static key => (JsonNode)key)])),
        };
        yield return new CloudFault("an author is not told of its own heads", "FPC-20")
        {
            Evidence = "an event of head 1 at the author did not come",
            Ask = static (message, session) =>
            {
                foreach (string head in message.Text("type") == "reqPutMeta" ? message.Heads() : [])
                    session.Marks[head] = true;
                return message;
            },
            Tell = static (message, session) => message.Text("type") == "eventGetMeta" && message.Heads().Any(session.Marks.ContainsKey) ? [] : [message],
        };
        yield return new CloudFault("those who may only read are told nothing more", "FPC-20")
        {
            Evidence = "at a device that may only read did not come",
            Tell = static (message, session) => message.Text("type") != "eventGetMeta" || session.Marks.TryAdd("told", true) || !IsReading(message) ? [message] : [],
        };
        ConcurrentDictionary<string, bool> parents = [];
        yield return new CloudFault("heads that others name as their parents are dropped", "FPC-21")
        {
            Evidence = "is not told after another connection put a head",
            Ask = (message, _) =>
            {
                foreach (JsonNode? head in message["meta"]?["metas"] as JsonArray ?? [])
                {
                    foreach (string parent in head.Texts("parents"))
                        parents[parent] = true;
                }

                return message;
            },
            Tell = ShownWhere((head, _, _) => !parents.ContainsKey(head)),
        };
        ConcurrentDictionary<string, bool> since = [];
        bool isForgetful = false;
        yield return new CloudFault("heads are in memory until later", "FPC-22")
        {
            Evidence = "keys missing",
            Restarted = () =>
            {
                since.Clear();
                isForgetful = true;
            },
            Ask = (message, _) =>
            {
                foreach (string head in message.Text("type") == "reqPutMeta" ? message.Heads() : [])
                    since[head] = true;
                return message;
            },
            Tell = ShownWhere((head, _, _) => !isForgetful || since.ContainsKey(head)),
        };
        yield return new CloudFault("heads are told before their files are there", "FPC-23")
        {
            Evidence = "a head was told while its file was not there",
            Ask = (message, session) =>
            {
                _ = TellAsync(message, session, TimeSpan.Zero);
                return message;
            },
        };
        yield return new CloudFault("heads are told before their files are there, half a second later", "FPC-23")
        {
            Evidence = "a head was told while its file was not there",
            Ask = (message, session) =>
            {
                _ = TellAsync(message, session, TimeSpan.FromMilliseconds(500));
                return message;
            },
        };
        ConcurrentDictionary<string, CloudProxySession> authors = [];
        yield return new CloudFault("the heads of whoever is gone are gone", "FPC-24")
        {
            Evidence = "a head is gone after its connection was closed",
            Ask = (message, session) =>
            {
                foreach (string head in message.Text("type") == "reqPutMeta" ? message.Heads() : [])
                    authors[head] = session;
                return message;
            },
            Tell = ShownWhere((head, _, _) => !authors.TryGetValue(head, out CloudProxySession? author) || !author.IsGone),
        };
    }

    private static IEnumerable<CloudFault> Sessions(CloudIssuer issuer)
    {
        yield return new CloudFault("sockets on which nothing is said are ended", "FPC-25") { Evidence = "on which nothing was said was ended", EndsIdle = TimeSpan.FromSeconds(2) };
        yield return new CloudFault("the end of tokens is not looked at", "FPC-26") { Evidence = "a token that ended 10 minutes ago is taken", Ask = (message, _) => Signed(message, issuer, static claims => claims) };
        yield return new CloudFault("events go on when the token has ended", "FPC-26")
        {
            Evidence = "was told to a connection whose token had ended",
            Ask = (message, _) => message.Text("type") == "bindGetMeta" ? Signed(message, issuer, static claims => claims) : message,
        };
        yield return new CloudFault("who may only read may write", "FPC-27")
        {
            Evidence = "of a token that may only read was told to others",
            Ask = (message, _) => message.Text("type") is "reqPutMeta" or "reqPutData" ? Signed(message, issuer, static claims => claims, "write") : message,
        };
        ConcurrentDictionary<string, byte[]> overwritten = [];
        yield return new CloudFault("who may only read may put over a file", "FPC-27")
        {
            Evidence = "after a token that may only read had put another one in its place",
            File = async (method, address, body, pass) =>
            {
                if (method == HttpMethod.Put && address.Query.Contains("discard=1", StringComparison.Ordinal))
                    overwritten[address.AbsolutePath] = body;
                return await pass() is var answer && method == HttpMethod.Get && answer.Status == 200 && overwritten.TryGetValue(address.AbsolutePath, out byte[]? other) ? answer with { Body = other } : answer;
            },
        };
        yield return new CloudFault("each connection is told once", "FPC-28")
        {
            Evidence = "differs",
            Tell = static (message, session) => message.Text("type") != "eventGetMeta" || session.IsRequest || session.Marks.TryAdd("told", true) ? [message] : [],
        };
        yield return new CloudFault("keys are kept and told to nobody", "FPC-29") { Evidence = "differs", Tell = Changed("eventGetMeta", static (message, _) => message["meta"]!["keys"] = new JsonArray()) };
        yield return new CloudFault("a file that is in another ledger is forbidden", "FPC-30")
        {
            Evidence = "was answered with the status 403 in another one",
            File = static async (method, _, _, pass) => await pass() is var answer && method == HttpMethod.Get && answer.Status == 404 ? answer with { Status = 403 } : answer,
        };
        bool isOut = false;
        yield return new CloudFault("what is written around a restart is acknowledged and lost", "FPC-31")
        {
            Evidence = "differs",
            Restarted = () => isOut = true,
            Ask = (message, session) => isOut && message.Text("type") == "reqPutMeta" ? session.Answer(Answer(message, "resPutMeta")) : message,
        };
        yield return new CloudFault("what is said is said to all ledgers", "FPC-32")
        {
            Evidence = "came to a connection of another ledger",
            Tell = static (message, session) =>
            {
                if (message.Text("type") == "resChat" && message["targets"] is null)
                {
                    foreach (CloudProxySession other in session.All.Where(other => !other.Bound.Keys.Any(session.Bound.ContainsKey)))
                        other.Send(message.DeepClone().AsObject());
                }

                return [message];
            },
        };
    }

    private static async Task TellAsync(JsonObject message, CloudProxySession session, TimeSpan later)
    {
        if (message.Text("type") != "reqPutMeta" || message["tenant"].Text("ledger") is not { } ledger)
            return;
        JsonNode? meta = message["meta"]?.DeepClone();
        await Task.Delay(later);
        foreach (CloudProxySession other in session.All)
        {
            if (other.Bound.TryGetValue(ledger, out JsonObject? bound))
                other.Send(CloudProxySession.EventOf(bound, meta));
        }
    }

    private static Func<JsonObject, CloudProxySession, IEnumerable<JsonObject>> Changed(string type, Action<JsonObject, CloudProxySession> change) => (message, session) =>
    {
        if (message.Text("type") == type)
            change(message, session);
        return [message];
    };

    private static Func<JsonObject, CloudProxySession, IEnumerable<JsonObject>> ShownWhere(Func<string, JsonObject, CloudProxySession, bool> isShown) => Changed("eventGetMeta", (message, session) =>
    {
        JsonArray metas = message["meta"]!["metas"]!.AsArray();
        message["meta"]!["metas"] = new JsonArray([.. metas.Where(head => isShown(head.Text("cid")!, message, session)).Select(static head => head!.DeepClone())]);
    });

    private static JsonObject Error(JsonObject question, string reason)
    {
        JsonObject error = Answer(question, "error");
        _ = error.Remove("conn");
        error["message"] = reason;
        error["src"] = question.Text("type");
        return error;
    }

    private static JsonObject Answer(JsonObject question, string type)
    {
        JsonObject answer = question.DeepClone().AsObject();
        answer["type"] = type;
        return answer;
    }

    private static bool IsReading(JsonObject message) => ClaimsOf(message)?["ledgers"]?[0].Text("right") == "read";

    private static JsonObject? ClaimsOf(JsonObject message)
    {
        string token = message["auth"]?["params"].Text("jwk") ?? "";
        if (token.Split('.') is not [_, var claims, _])
            return null;
        try
        {
            return JsonNode.Parse(Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(claims))) as JsonObject;
        }
        catch (Exception garbled) when (garbled is FormatException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    // The same claims, good for an hour from now on; the endpoint learns nothing of what was wrong with them.
    private static JsonObject Signed(JsonObject message, CloudIssuer issuer, Func<CloudLedgerName, CloudLedgerName> ledgerOf, string? right = null)
    {
        if (ClaimsOf(message) is not { } claims || claims["ledgers"]?[0] is not { } ledger || claims["selected"].Text("tenant") is not { } tenant)
            return message;
        JsonObject signed = message.DeepClone().AsObject();
        CloudLedgerName name = ledgerOf(new CloudLedgerName(tenant, ledger.Text("id")!));
        signed["auth"]!["params"]!["jwk"] = issuer.Make(DateTimeOffset.UtcNow.AddHours(1), right ?? ledger.Text("right")!, [name]);
        return signed;
    }
}
