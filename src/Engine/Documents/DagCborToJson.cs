using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Documents;

/// <summary>Turns DAG-CBOR into DAG-JSON: keys sorted by their UTF-8 bytes, bytes in base64 without padding, links as text.</summary>
/// <remarks>A double that would print like an integer gets <c>.0</c>, so that it is a double again when it is read. Source: DAG-JSON specification.</remarks>
internal static class DagCborToJson
{
    private static readonly JsonWriterOptions _options = new()
    {
        // The JSON is data, not markup: only what JSON itself demands is escaped.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = DagCborLimits.MaxDepth * 3,
        SkipValidation = true,
    };

    /// <summary>The JSON of one value.</summary>
    /// <exception cref="DagCborException">The bytes are not strict DAG-CBOR.</exception>
    public static byte[] Convert(ReadOnlySpan<byte> cbor)
    {
        var buffer = new ArrayBufferWriter<byte>(cbor.Length * 2);
        using (var json = new Utf8JsonWriter(buffer, _options))
            Write(json, cbor);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes one value.</summary>
    public static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> cbor)
    {
        var reader = new DagCborReader(cbor);
        WriteValue(json, ref reader, cbor, DagCborLimits.MaxDepth);
        reader.ReadEnd();
    }

    // Calls nest as deep as the value does, which the limit bounds.
    private static void WriteValue(Utf8JsonWriter json, ref DagCborReader reader, ReadOnlySpan<byte> cbor, int depth)
    {
        if (depth < 0)
            throw reader.Fail($"nested deeper than {DagCborLimits.MaxDepth}");
        switch (reader.Peek())
        {
            case DagCborKind.Null:
                reader.ReadNull();
                json.WriteNullValue();
                break;
            case DagCborKind.Boolean:
                json.WriteBooleanValue(reader.ReadBoolean());
                break;
            case DagCborKind.Integer:
                WriteInteger(json, reader.ReadInteger());
                break;
            case DagCborKind.Float:
                json.WriteRawValue(FormatDouble(reader.ReadFloat()), skipInputValidation: true);
                break;
            case DagCborKind.Text:
                json.WriteStringValue(reader.ReadText());
                break;
            case DagCborKind.Bytes:
                WriteBytes(json, reader.ReadBytes());
                break;
            case DagCborKind.Link:
                json.WriteStartObject();
                json.WriteString("/"u8, LinkText.Format(reader.ReadForeignLink()));
                json.WriteEndObject();
                break;
            case DagCborKind.Array:
                json.WriteStartArray();
                int items = reader.ReadArrayHeader();
                for (int i = 0; i < items; i++)
                    WriteValue(json, ref reader, cbor, depth - 1);
                json.WriteEndArray();
                break;
            default:
                WriteMap(json, ref reader, cbor, depth);
                break;
        }
    }

    private static void WriteMap(Utf8JsonWriter json, ref DagCborReader reader, ReadOnlySpan<byte> cbor, int depth)
    {
        int count = reader.ReadMapHeader();
        var fields = new List<(int Key, int KeyLength, int Value, int End)>(Math.Min(count, 64));
        for (int i = 0; i < count; i++)
        {
            int keyLength = reader.ReadText().Length;
            int value = reader.Position;
            reader.Skip();
            fields.Add((value - keyLength, keyLength, value, reader.Position));
        }

        SortByKey(fields, cbor);
        json.WriteStartObject();
        foreach ((int key, int keyLength, int value, int end) in fields)
        {
            json.WritePropertyName(cbor.Slice(key, keyLength));
            ReadOnlySpan<byte> inner = cbor[value..end];
            var innerReader = new DagCborReader(inner);
            WriteValue(json, ref innerReader, inner, depth - 1);
        }

        json.WriteEndObject();
    }

    // Insertion while maps are small, as those of documents are; the library's sort cannot compare by a span.
    private static void SortByKey(List<(int Key, int KeyLength, int Value, int End)> fields, ReadOnlySpan<byte> cbor)
    {
        if (fields.Count > 64)
        {
            byte[] copy = cbor.ToArray();
            fields.Sort((left, right) => copy.AsSpan(left.Key, left.KeyLength).SequenceCompareTo(copy.AsSpan(right.Key, right.KeyLength)));
            return;
        }

        for (int i = 1; i < fields.Count; i++)
        {
            (int Key, int KeyLength, int Value, int End) field = fields[i];
            int at = i;
            for (; at > 0 && cbor.Slice(fields[at - 1].Key, fields[at - 1].KeyLength).SequenceCompareTo(cbor.Slice(field.Key, field.KeyLength)) > 0; at--)
                fields[at] = fields[at - 1];
            fields[at] = field;
        }
    }

    private static void WriteInteger(Utf8JsonWriter json, Int128 value)
    {
        if (value >= long.MinValue && value <= long.MaxValue)
            json.WriteNumberValue((long)value);
        else
            json.WriteRawValue(value.ToString(CultureInfo.InvariantCulture), skipInputValidation: true);
    }

    private static void WriteBytes(Utf8JsonWriter json, ReadOnlySpan<byte> bytes)
    {
        json.WriteStartObject();
        json.WriteStartObject("/"u8);
        json.WriteString("bytes"u8, System.Convert.ToBase64String(bytes).TrimEnd('='));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string FormatDouble(double value)
    {
        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny('.', 'E') ? text : text + ".0";
    }
}
