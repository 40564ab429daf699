using System.Text.Json;
using FireproofBench.Gateways.Http.Protocol;

namespace FireproofBench.Gateways.Cloud.Protocol;

/// <summary>Messages that answer no single request, and parts that several have.</summary>
internal static class CloudMessages
{
    /// <summary>The version that stands in messages; nobody looks at it.</summary>
    public const string Version = "FP-MSG-1.0";

    /// <summary>Writes a connection as the property <c>conn</c>.</summary>
    public static void WriteConnection(Utf8JsonWriter json, CloudConnection connection)
    {
        json.WriteStartObject("conn"u8);
        json.WriteString("reqId"u8, connection.RequestId);
        json.WriteString("resId"u8, connection.ResponseId);
        json.WriteEndObject();
    }

    /// <summary>Writes a ledger as the property <c>tenant</c>.</summary>
    public static void WriteLedger(Utf8JsonWriter json, CloudLedgerName ledger)
    {
        json.WriteStartObject("tenant"u8);
        json.WriteString("tenant"u8, ledger.Tenant);
        json.WriteString("ledger"u8, ledger.Ledger);
        json.WriteEndObject();
    }

    /// <summary>An error about what could not be read as a message.</summary>
    public static byte[] Unreadable(string reason) => HeadsJson.Write(json =>
    {
        json.WriteString("tid"u8, "internal"u8);
        json.WriteString("type"u8, CloudMessageType.Error);
        json.WriteString("version"u8, Version);
        json.WriteString("message"u8, reason);
        json.WriteString("src"u8, "internal"u8);
    });
}
