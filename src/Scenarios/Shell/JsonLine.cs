using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Scenarios.Shell;

/// <summary>One line of JSON: no white space, keys sorted, nothing escaped that JSON does not demand.</summary>
internal static class JsonLine
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Makes an object.</summary>
    /// <param name="write">Writes its fields, in the order of their names.</param>
    public static ReadOnlyMemory<byte> Of(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, s_options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary><c>{"heads":["…"]}</c>.</summary>
    public static ReadOnlyMemory<byte> OfHeads(IEnumerable<Cid> heads) => Of(json => WriteCids(json, "heads", heads));

    /// <summary>A deleted document, as <c>dump --deleted</c> shows it.</summary>
    public static ReadOnlyMemory<byte> OfTombstone(string id) => Of(json => WriteTombstone(json, id));

    /// <summary>A field that lists content ids as text.</summary>
    public static void WriteCids(Utf8JsonWriter json, string name, IEnumerable<Cid> cids)
    {
        json.WriteStartArray(name);
        foreach (Cid cid in cids)
            json.WriteStringValue(cid.ToString());
        json.WriteEndArray();
    }

    /// <summary>A field with a document, or with what stands for a deleted one.</summary>
    public static void WriteDocument(Utf8JsonWriter json, string name, string id, Document? document)
    {
        json.WritePropertyName(name);
        if (document is not null)
        {
            document.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        WriteTombstone(json, id);
        json.WriteEndObject();
    }

    private static void WriteTombstone(Utf8JsonWriter json, string id)
    {
        json.WriteBoolean("_deleted", true);
        json.WriteString("_id", id);
    }
}
