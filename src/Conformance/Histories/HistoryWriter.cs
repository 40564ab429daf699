using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FireproofBench.Conformance.Histories;

/// <summary>Writes a history as text, as <see cref="HistoryText"/> describes it.</summary>
internal static class HistoryWriter
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the operations in the order of their calls, after a line that names the form.</summary>
    public static ReadOnlyMemory<byte> Write(History history)
    {
        ArrayBufferWriter<byte> text = new();
        using Utf8JsonWriter json = new(text, s_options);
        json.WriteStartObject();
        json.WriteString("schema", HistoryText.Schema);
        json.WriteEndObject();
        foreach (Operation operation in history.Operations.OrderBy(static o => o.Call))
        {
            EndLine(json, text);
            Write(operation, json);
        }

        EndLine(json, text);
        return text.WrittenMemory;
    }

    private static void EndLine(Utf8JsonWriter json, ArrayBufferWriter<byte> text)
    {
        json.Flush();
        text.Write("\n"u8);
        json.Reset();
    }

    private static void Write(Operation operation, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("client", operation.Client);
        if (operation.Endpoint.Length > 0)
            json.WriteString("endpoint", operation.Endpoint);
        json.WriteString("op", HistoryText.Kinds.Single(k => k.Value == operation.Kind).Key);
        json.WriteString("key", operation.Key);
        if (operation.Value is not null || (operation.Kind == OperationKind.Get && operation.IsOk))
            json.WriteString("value", operation.Value);
        if (operation.Kind == OperationKind.Head && operation.IsOk)
            json.WriteBoolean("found", operation.Found);
        if (operation.Kind is OperationKind.List or OperationKind.Publish or OperationKind.Heads)
        {
            json.WriteStartArray("values");
            foreach (string value in operation.Values)
                json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteNumber("call", operation.Call);
        if (operation.Outcome != OperationOutcome.Unknown)
            json.WriteNumber("return", operation.Return);
        json.WriteString("outcome", HistoryText.Outcomes.Single(o => o.Value == operation.Outcome).Key);
        json.WriteEndObject();
    }
}
