using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FireproofBench.Conformance.Cloud;
using FireproofBench.Gateways.Cloud.Protocol;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <content>What they say, and to whom.</content>
internal static partial class CloudFaults
{
    private static readonly string[] _known =
    [
        "reqGestalt", "reqOpen", "reqClose", "reqChat", "bindGetMeta", "reqPutMeta", "reqDelMeta", "reqPutData", "reqGetData", "reqDelData", "reqPutWAL", "reqGetWAL", "reqDelWAL",
    ];

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
}
