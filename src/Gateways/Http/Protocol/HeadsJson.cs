using System.Buffers;
using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Ports;

namespace FireproofBench.Gateways.Http.Protocol;

/// <summary>Heads as JSON, as they travel between a device and the endpoint. The endpoint's OpenAPI document describes each form.</summary>
internal static class HeadsJson
{
    // Base64 has a plus sign, which stays as it is: nobody puts this into a page.
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes <c>{"type":"snapshot","cursor":…,"heads":[…]}</c>.</summary>
    public static byte[] Write(HeadsSnapshot snapshot) => Write(json =>
    {
        json.WriteString("type"u8, "snapshot"u8);
        json.WriteString("cursor"u8, snapshot.Cursor);
        WriteEntries(json, "heads"u8, snapshot.Heads);
    });

    /// <summary>Writes <c>{"type":"change","cursor":…,"since":…,"added":[…],"removed":[…]}</c>.</summary>
    public static byte[] Write(HeadsChange change) => Write(json =>
    {
        json.WriteString("type"u8, "change"u8);
        json.WriteString("cursor"u8, change.Cursor);
        json.WriteString("since"u8, change.Since);
        WriteEntries(json, "added"u8, change.Added);
        WriteCids(json, "removed"u8, change.Removed);
    });

    /// <summary>Writes <c>{"entry":{…},"superseded":[…]}</c>.</summary>
    public static byte[] Write(Publication publication) => Write(json =>
    {
        json.WritePropertyName("entry"u8);
        WriteEntry(json, publication.Entry);
        WriteCids(json, "superseded"u8, publication.Superseded);
    });

    /// <summary>Writes <c>{"type":"cursor","cursor":…}</c>.</summary>
    public static byte[] WriteCursor(string cursor) => Write(json =>
    {
        json.WriteString("type"u8, "cursor"u8);
        json.WriteString("cursor"u8, cursor);
    });

    /// <summary>Writes an object into memory.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> content)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using (Utf8JsonWriter json = new(buffer, _writing))
        {
            json.WriteStartObject();
            content(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes entries as a property.</summary>
    public static void WriteEntries(Utf8JsonWriter json, ReadOnlySpan<byte> name, ImmutableArray<MetaEntry> entries)
    {
        json.WriteStartArray(name);
        foreach (MetaEntry entry in entries)
            WriteEntry(json, entry);
        json.WriteEndArray();
    }

    /// <summary>Writes content ids as a property.</summary>
    public static void WriteCids(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<Cid> cids)
    {
        json.WriteStartArray(name);
        foreach (Cid cid in cids)
            json.WriteStringValue(cid.ToString());
        json.WriteEndArray();
    }

    private static void WriteEntry(Utf8JsonWriter json, MetaEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("cid"u8, entry.Cid.ToString());
        WriteCids(json, "parents"u8, entry.Parents);
        json.WriteString("data"u8, string.Concat("M", Convert.ToBase64String(entry.Data.Span)));
        json.WriteEndObject();
    }
}
