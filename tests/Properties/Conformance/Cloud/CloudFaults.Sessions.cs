using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FireproofBench.Conformance.Cloud;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <content>What becomes of connections, tokens and devices.</content>
internal static partial class CloudFaults
{
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
}
