using FireproofBench.Gateways.Cloud.Protocol;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Endpoint.Cloud;

/// <summary>What the endpoint says.</summary>
internal static class CloudAnswers
{
    /// <summary>What the endpoint is and where it speaks which way.</summary>
    /// <param name="request">The question.</param>
    /// <param name="route">The path of messages.</param>
    /// <param name="socket">The path of the WebSocket.</param>
    /// <param name="offersSocket">Whether clients are to use it.</param>
    public static byte[] Gestalt(CloudMessage request, string route, string socket, bool offersSocket) => request.Answer(CloudMessageType.GestaltAnswer, json =>
    {
        json.WriteStartObject("gestalt"u8);
        json.WriteString("id"u8, "fireproofbench"u8);
        WriteTexts("storeTypes", "meta", "car", "file", "wal");
        WriteTexts("httpEndpoints", route);
        WriteTexts("wsEndpoints", offersSocket ? [socket] : []);
        WriteTexts("encodings", "JSON");
        WriteTexts("protocolCapabilities", offersSocket ? ["reqRes", "stream"] : ["reqRes"]);
        json.WriteStartArray("auth"u8);
        json.WriteEndArray();
        json.WriteBoolean("requiresAuth"u8, true);
        WriteWays("data", inband: false);
        WriteWays("meta", inband: true);
        WriteTexts("reqTypes", "reqOpen", "reqGestalt", "reqClose", "reqChat", "bindGetMeta", "reqPutMeta", "reqPutData", "reqGetData", "reqDelData", "reqPutWAL", "reqGetWAL", "reqDelWAL");
        WriteTexts("resTypes", "resOpen", "resGestalt", "resClose", "resChat", "resPutMeta", "resPutData", "resGetData", "resDelData", "resPutWAL", "resGetWAL", "resDelWAL");
        WriteTexts("eventTypes", "eventGetMeta");
        json.WriteEndObject();

        void WriteTexts(string name, params ReadOnlySpan<string> texts)
        {
            json.WriteStartArray(name);
            foreach (string text in texts)
                json.WriteStringValue(text);
            json.WriteEndArray();
        }

        void WriteWays(string name, bool inband)
        {
            json.WriteStartObject(name);
            json.WriteBoolean("inband"u8, inband);
            json.WriteBoolean("outband"u8, !inband);
            json.WriteEndObject();
        }
    });

    /// <summary>A connection is open.</summary>
    public static byte[] Open(CloudMessage request, CloudConnection connection) => HeadsJson.Write(json =>
    {
        json.WriteString("tid"u8, request.Exchange);
        json.WriteString("type"u8, CloudMessageType.OpenAnswer);
        json.WriteString("version"u8, CloudMessages.Version);
        CloudMessage.Repeat(json, "auth", request.Auth);
        CloudMessages.WriteConnection(json, connection);
    });

    /// <summary>Where to send or fetch a file.</summary>
    public static byte[] Address(CloudMessage request, CloudLedgerName ledger, string type, string address) => request.Answer(type, json => json.WriteString("signedUrl"u8, address), ledger);

    /// <summary>Heads are stored.</summary>
    public static byte[] PutMeta(CloudMessage request, CloudLedgerName ledger, string address, CloudMeta meta) => request.Answer(CloudMessageType.PutMetaAnswer, json =>
    {
        json.WriteString("signedUrl"u8, address);
        meta.Write(json);
    }, ledger);

    /// <summary>Heads and keys for one who asked to be told.</summary>
    public static byte[] MetaEvent(CloudMessage request, CloudLedgerName ledger, string address, CloudMeta meta) => request.Answer(CloudMessageType.MetaEvent, json =>
    {
        json.WriteString("signedUrl"u8, address);
        meta.Write(json);
    }, ledger);

    /// <summary>Something was said to others.</summary>
    public static byte[] Chat(CloudMessage request, string text, IEnumerable<CloudConnection> targets) => request.Answer(CloudMessageType.ChatAnswer, json =>
    {
        json.WriteString("message"u8, text);
        json.WriteStartArray("targets"u8);
        foreach (CloudConnection target in targets)
        {
            json.WriteStartObject();
            json.WriteString("reqId"u8, target.RequestId);
            json.WriteString("resId"u8, target.ResponseId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}
