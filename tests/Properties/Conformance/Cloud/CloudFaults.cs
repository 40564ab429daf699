using System.Text;
using System.Text.Json.Nodes;
using FireproofBench.Conformance.Cloud;
using FireproofBench.Gateways.Cloud.Protocol;
using Microsoft.IdentityModel.Tokens;

namespace FireproofBench.Properties.Conformance.Cloud;

/// <summary>Wrong endpoints of the cloud protocol: at least one for each clause.</summary>
internal static partial class CloudFaults
{
    /// <summary>All of them, made anew: some remember what went through them.</summary>
    /// <param name="issuer">One that the endpoint trusts.</param>
    public static IReadOnlyList<CloudFault> Make(CloudIssuer issuer) => [.. Messages(issuer), .. Files(), .. Heads(), .. Sessions(issuer)];

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
