using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Documents;

/// <summary>Turns DAG-JSON into canonical DAG-CBOR.</summary>
/// <remarks>
/// An integer literal within -2^64 to 2^64-1 stays an integer; any other number is a double, written as an integer when it is integral and safe.
/// <c>{"/": {"bytes": "…"}}</c> is a byte string, <c>{"/": "…"}</c> a link. Map keys are sorted. Source: DAG-JSON specification.
/// </remarks>
internal static class JsonToDagCbor
{
    /// <summary>Parse settings of every document: the depth limit of the block format, nothing that JSON does not have.</summary>
    public static JsonDocumentOptions Options { get; } = new() { MaxDepth = DagCborLimits.MaxDepth };

    /// <summary>Writes a value.</summary>
    /// <exception cref="InvalidDocumentException">The value has no form in DAG-CBOR; the reason names the field.</exception>
    public static void Write(DagCborWriter writer, JsonElement value) => Write(writer, value, "");

    /// <summary>Writes the fields of an object as a map.</summary>
    public static void WriteMap(DagCborWriter writer, JsonElement value) => WriteMap(writer, value, "");

    private static void Write(DagCborWriter writer, JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                writer.WriteNull();
                break;
            case JsonValueKind.True:
            case JsonValueKind.False:
                writer.WriteBoolean(value.ValueKind == JsonValueKind.True);
                break;
            case JsonValueKind.Number:
                WriteNumber(writer, JsonMarshal.GetRawUtf8Value(value), path);
                break;
            case JsonValueKind.String:
                WriteText(writer, JsonMarshal.GetRawUtf8Value(value)[1..^1]);
                break;
            case JsonValueKind.Array:
                WriteArray(writer, value, path);
                break;
            default:
                if (!TryWriteSpecial(writer, value, path))
                    WriteMap(writer, value, path);
                break;
        }
    }

    private static void WriteArray(DagCborWriter writer, JsonElement value, string path)
    {
        writer.WriteArrayHeader(value.GetArrayLength());
        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
            Write(writer, item, $"{path}[{index++}]");
    }

    private static void WriteMap(DagCborWriter writer, JsonElement value, string path)
    {
        int count = value.GetPropertyCount();
        var fields = new (byte[] Key, JsonElement Value)[count];
        int at = 0;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8PropertyName(property);
            fields[at++] = (raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(JsonText.Unescape(raw)) : raw.ToArray(), property.Value);
        }

        Array.Sort(fields, static (left, right) => DagCborValidator.CompareKeys(left.Key, right.Key));
        writer.WriteMapHeader(count);
        for (int i = 0; i < count; i++)
        {
            (byte[] key, JsonElement field) = fields[i];
            if (i > 0 && key.AsSpan().SequenceEqual(fields[i - 1].Key))
                throw new InvalidDocumentException("", $"the field '{Join(path, key)}' stands twice");
            writer.WriteText(key);
            Write(writer, field, field.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Number ? Join(path, key) : "");
        }
    }

    private static void WriteText(DagCborWriter writer, ReadOnlySpan<byte> inside)
    {
        if (inside.Contains((byte)'\\'))
            writer.WriteText(JsonText.Unescape(inside));
        else
            writer.WriteText(inside);
    }

    private static void WriteNumber(DagCborWriter writer, ReadOnlySpan<byte> literal, string path)
    {
        bool negative = literal[0] == (byte)'-';
        ReadOnlySpan<byte> digits = negative ? literal[1..] : literal;
        if (!digits.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            if (Utf8Parser.TryParse(digits, out ulong magnitude, out int used) && used == digits.Length)
            {
                if (!negative || magnitude == 0)
                    writer.WriteUnsigned(magnitude);
                else
                    writer.WriteNegative(magnitude - 1);
                return;
            }

            // -2^64 is the one integer of the range whose magnitude does not fit 64 bits.
            if (negative && digits.SequenceEqual("18446744073709551616"u8))
            {
                writer.WriteNegative(ulong.MaxValue);
                return;
            }
        }

        if (!Utf8Parser.TryParse(literal, out double number, out int length) || length != literal.Length || !double.IsFinite(number))
            throw new InvalidDocumentException("", $"the number {Encoding.UTF8.GetString(literal)} at '{path}' is out of range");
        writer.WriteNumber(number);
    }

    private static bool TryWriteSpecial(DagCborWriter writer, JsonElement value, string path)
    {
        if (value.GetPropertyCount() != 1)
            return false;
        JsonProperty only = value.EnumerateObject().First();
        if (!only.NameEquals("/"u8))
            return false;
        if (only.Value.ValueKind == JsonValueKind.String)
        {
            if (!LinkText.TryParse(only.Value.GetString()!, out byte[] link))
                throw new InvalidDocumentException("", $"the link at '{path}' is not a content id");
            writer.WriteForeignLink(link);
            return true;
        }

        if (only.Value.ValueKind != JsonValueKind.Object || only.Value.GetPropertyCount() != 1
            || !only.Value.TryGetProperty("bytes"u8, out JsonElement bytes) || bytes.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        writer.WriteBytes(JsonText.FromBase64(bytes.GetString()!) ?? throw new InvalidDocumentException("", $"the bytes at '{path}' are not base64"));
        return true;
    }

    private static string Join(string path, byte[] key) => path.Length == 0 ? Encoding.UTF8.GetString(key) : $"{path}.{Encoding.UTF8.GetString(key)}";
}
