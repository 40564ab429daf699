using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace FireproofBench.Properties.Endpoint.Cloud.Traces;

// What clients say, and what the endpoint answers and tells.
internal sealed partial class Replay
{
    // What is sent has the place of what was recorded: a token that is as good or bad, and the name of the connection that the endpoint gave.
    private JsonObject Translate(JsonObject recorded)
    {
        JsonObject message = recorded.DeepClone().AsObject();
        JsonNode credentials = message["auth"]!["params"]!;
        string token = (string)credentials["jwk"]!;
        if (!_tokens.TryGetValue(token, out string? ours))
            _tokens[token] = ours = TraceTokens.Make(token, _signer, _stranger);
        credentials["jwk"] = ours;
        if ((string?)message["conn"]?["resId"] is { } connection && _connections.TryGetValue(connection, out string? known))
            message["conn"]!["resId"] = known;
        return message;
    }

    private async Task SayAsync(TraceEntry entry)
    {
        JsonObject question = Translate(entry.Message!);
        string outcome = Expect(entry.Trace, entry.Type, _trace.AnswerTo(entry)?.Type ?? TraceDifferences.Nothing);
        if (outcome == "resPutMeta" && !TraceTokens.MayOnlyRead((string)entry.Message!["auth"]!["params"]!["jwk"]!))
            LedgerOf(question).Add(question["meta"]!);
        if (entry.Way == "http")
        {
            if (!_requests.TryGetValue(entry.Exchange!, out Queue<(JsonObject Question, Task<(HttpStatusCode Status, JsonObject Answer)> Answer)>? requests))
                _requests[entry.Exchange!] = requests = new();
            string path = entry.Type == "reqGestalt" ? Prefix + "/fp" : (string)_gestalt!["httpEndpoints"]![0]!;
            requests.Enqueue((question, RequestAsync(new Uri(Server.Address, path), question, entry.Header("origin"))));
            return;
        }

        ReplaySocket socket = _sockets[(int)entry.Socket! - 1];
        await (outcome == "eventGetMeta" ? socket.BindAsync(question, LedgerOf(question)) : socket.AskAsync(question));
    }

    private static async Task<(HttpStatusCode Status, JsonObject Answer)> RequestAsync(Uri address, JsonObject question, string? origin)
    {
        using HttpRequestMessage request = new(HttpMethod.Put, address) { Content = new StringContent(question.ToJsonString(), Encoding.UTF8, "application/json") };
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        using HttpResponseMessage response = await _http.SendAsync(request, Ending);
        RequireOpenToAllPages(response);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ending))!.AsObject());
    }

    private async Task CompareAsync(TraceEntry entry)
    {
        JsonObject answer;
        JsonObject question;
        if (entry.Way == "http")
        {
            (question, Task<(HttpStatusCode, JsonObject)> coming) = _requests[entry.Exchange!].Dequeue();
            (HttpStatusCode status, answer) = await coming;
            TraceAnswer.CheckRepeats(answer, question);
            Assert.Equal((string?)answer["type"] == "error" ? HttpStatusCode.InternalServerError : HttpStatusCode.OK, status);
            if ((string?)answer["type"] == entry.Type)
                Assert.Equal(entry.Status, (int)status);
        }
        else
        {
            (answer, question) = await _sockets[(int)entry.Socket! - 1].AnswerAsync(entry.Exchange!);
        }

        Compared++;
        string type = Expect(entry.Trace, (string)question["type"]!, entry.Type);
        Assert.Equal(type, (string?)answer["type"]);
        if (type == entry.Type)
            RequireShape(entry, answer);
        switch (type)
        {
            case "resGestalt":
                _gestalt = answer["gestalt"]!;
                Assert.Equal(entry.Message!["gestalt"]!["protocolCapabilities"]!.ToJsonString(), _gestalt["protocolCapabilities"]!.ToJsonString());
                break;
            case "resOpen" when entry.Type == type:
                _connections[(string)entry.Message!["conn"]!["resId"]!] = (string)answer["conn"]!["resId"]!;
                break;
            case "resPutMeta" when entry.Type == type:
                RequireKeys(entry, KeysOf(answer["meta"]!), LedgerOf(question));
                break;
            case "resPutData" or "resGetData":
                RememberAddress(entry, answer, question);
                break;
            case "eventGetMeta":
                CompareState(entry, answer, LedgerOf(question));
                break;
        }
    }

    private void RememberAddress(TraceEntry entry, JsonObject answer, JsonObject question)
    {
        Uri ours = new((string)answer["signedUrl"]!, UriKind.Absolute);
        Assert.Equal((Server.Address.Scheme, Server.Address.Authority), (ours.Scheme, ours.Authority));
        if (entry.Type == (string?)answer["type"])
            _addresses.Add(new ReplayAddress((string)question["methodParam"]!["method"]!, new Uri((string)entry.Message!["signedUrl"]!), ours, LedgerOf(question), (string)question["urlParam"]!["key"]!));
    }

    // Without a socket each event has all.
    private static void CompareState(TraceEntry entry, JsonObject answer, ReplayLedger ledger)
    {
        JsonNode meta = answer["meta"]!;
        Assert.Empty(ledger.FaultsOf(meta));
        Assert.Equal(ledger.Shown.Order(StringComparer.Ordinal), HeadsOf(meta).Order(StringComparer.Ordinal));
        if (entry.Type != "eventGetMeta")
            return;
        Assert.Subset(HeadsOf(meta), HeadsOf(entry.Message!["meta"]!));
        RequireKeys(entry, KeysOf(meta), ledger);
    }

    private async Task CompareEventAsync(TraceEntry entry)
    {
        ReplaySocket socket = _sockets[(int)entry.Socket! - 1];
        ReplaySubscription subscription = socket.Subscription((string)entry.Message!["conn"]!["reqId"]!, entry.Message["tenant"] is { } ledger ? LedgerOf(ledger) : null);
        Compared++;
        HashSet<string> expected = HeadsOf(entry.Message["meta"]!);
        if (expected.RemoveWhere(head => !subscription.Ledger.Shown.Contains(head)) > 0)
        {
            Assert.Equal(TraceDifferences.HeldBack, Expect(entry.Trace, "reqPutMeta", entry.Type));
            if (expected.Count == 0 && subscription.IsCompared)
                return;
        }

        HashSet<string> keys = KeysOf(entry.Message["meta"]!);
        await socket.HearAsync(
            () => subscription.First is not null && expected.IsSubsetOf(subscription.Heads) && keys.IsSubsetOf(subscription.Keys),
            $"an event with {expected.Count} heads and {keys.Count} keys, among them {string.Join(", ", [.. expected.Except(subscription.Heads), .. keys.Except(subscription.Keys)])},");
        if (!subscription.IsCompared)
        {
            // The first event answers the question, and has all at once.
            subscription.IsCompared = true;
            Assert.Subset(HeadsOf(subscription.First!["meta"]!), expected);
            RequireShape(entry, subscription.First);
        }

        RequireShape(entry, subscription.Last!);
        Assert.Subset(subscription.Ledger.Keys, subscription.Keys);
    }

    private static void RequireShape(TraceEntry entry, JsonObject answer)
    {
        JsonObject recorded = entry.Message!.DeepClone().AsObject();

        // The source of an error is the request or a text, as the server likes.
        if (entry.Type == "error")
            _ = recorded.Remove("src");
        Assert.Empty(TraceShape.MissingIn(answer, recorded));
    }

    private static void RequireKeys(TraceEntry entry, HashSet<string> told, ReplayLedger ledger)
    {
        if (entry.Message!["meta"] is { } meta)
            Assert.Subset(told, KeysOf(meta));
        Assert.Subset(ledger.Keys, told);
    }

    private static HashSet<string> HeadsOf(JsonNode meta) => [.. meta["metas"]!.AsArray().Select(static head => (string)head!["cid"]!)];

    private static HashSet<string> KeysOf(JsonNode meta) => [.. meta["keys"]!.AsArray().Select(static key => (string)key!)];
}
