using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FireproofBench.Conformance.Cloud;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <content>What becomes of heads and keys.</content>
internal static partial class CloudFaults
{
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
}
