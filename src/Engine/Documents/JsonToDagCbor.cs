using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Engine.Documents;

/// <summary>Turns DAG-JSON into canonical DAG-CBOR, without allocating for what it reads.</summary>
/// <remarks>
/// An integer literal within -2^64 to 2^64-1 stays an integer; any other number is a double, written as an integer when it is integral and safe.
/// <c>{"/": {"bytes": "…"}}</c> is a byte string, <c>{"/": "…"}</c> a link. Map keys are sorted. Source: DAG-JSON specification.
/// </remarks>
internal static class JsonToDagCbor
{
    /// <summary>Parse settings of every document: the depth limit of the block format, nothing that JSON does not have.</summary>
    public static JsonDocumentOptions Options { get; } = new() { MaxDepth = DagCborLimits.MaxDepth };

    /// <summary>Writes the fields of an object as a map.</summary>
    /// <returns>Null; or what has no form in DAG-CBOR, and then what was written is worth nothing.</returns>
    public static ValueRefusal? TryWriteMap(DagCborWriter writer, JsonElement value)
    {
        int count = value.GetPropertyCount();
        MapField[] fields = ArrayPool<MapField>.Shared.Rent(count);
        try
        {
            Sort(value, fields.AsSpan(0, count));
            writer.WriteMapHeader(count);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> key = fields[i].Key;
                if (i > 0 && key.SequenceEqual(fields[i - 1].Key))
                    return new ValueRefusal("the field '", "' stands twice").InField(Encoding.UTF8.GetString(key));
                writer.WriteText(key);
                if (TryWrite(writer, fields[i].Value) is { } refusal)
                    return refusal.InField(Encoding.UTF8.GetString(key));
            }

            return null;
        }
        finally
        {
            fields.AsSpan(0, count).Clear();
            ArrayPool<MapField>.Shared.Return(fields);
        }
    }

    private static void Sort(JsonElement value, Span<MapField> fields)
    {
        bool isSorted = true;
        int at = 0;
        foreach (JsonProperty property in value.EnumerateObject())
        {
            fields[at] = new MapField(property);
            isSorted = isSorted && (at == 0 || DagCborValidator.CompareKeys(fields[at - 1].Key, fields[at].Key) <= 0);
            at++;
        }

        if (!isSorted)
            fields.Sort(static (left, right) => DagCborValidator.CompareKeys(left.Key, right.Key));
    }

    private static ValueRefusal? TryWrite(DagCborWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                writer.WriteNull();
                return null;
            case JsonValueKind.True:
            case JsonValueKind.False:
                writer.WriteBoolean(value.ValueKind == JsonValueKind.True);
                return null;
            case JsonValueKind.Number:
                return TryWriteNumber(writer, JsonMarshal.GetRawUtf8Value(value));
            case JsonValueKind.String:
                WriteText(writer, JsonMarshal.GetRawUtf8Value(value)[1..^1]);
                return null;
            case JsonValueKind.Array:
                return TryWriteArray(writer, value);
            default:
                return TryWriteSpecial(writer, value, out ValueRefusal? refusal) ? refusal : TryWriteMap(writer, value);
        }
    }

    private static ValueRefusal? TryWriteArray(DagCborWriter writer, JsonElement value)
    {
        writer.WriteArrayHeader(value.GetArrayLength());
        int index = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (TryWrite(writer, item) is { } refusal)
                return refusal.InList(index);
            index++;
        }

        return null;
    }

    private static void WriteText(DagCborWriter writer, ReadOnlySpan<byte> inside)
    {
        if (!inside.Contains((byte)'\\'))
        {
            writer.WriteText(inside);
            return;
        }

        byte[] text = ArrayPool<byte>.Shared.Rent(inside.Length);
        writer.WriteText(text.AsSpan(0, JsonText.Unescape(inside, text)));
        ArrayPool<byte>.Shared.Return(text);
    }

    private static ValueRefusal? TryWriteNumber(DagCborWriter writer, ReadOnlySpan<byte> literal)
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
                return null;
            }

            // -2^64 is the one integer of the range whose magnitude does not fit 64 bits.
            if (negative && digits.SequenceEqual("18446744073709551616"u8))
            {
                writer.WriteNegative(ulong.MaxValue);
                return null;
            }
        }

        if (!Utf8Parser.TryParse(literal, out double number, out int length) || length != literal.Length || !double.IsFinite(number))
            return new ValueRefusal($"the number {Encoding.UTF8.GetString(literal)} at '", "' is out of range");
        writer.WriteNumber(number);
        return null;
    }

    // False when the object is a map like any other.
    private static bool TryWriteSpecial(DagCborWriter writer, JsonElement value, out ValueRefusal? refusal)
    {
        refusal = null;
        if (value.GetPropertyCount() != 1)
            return false;
        JsonProperty only = value.EnumerateObject().First();
        if (!JsonText.IsNamed(only, "/"u8))
            return false;
        if (only.Value.ValueKind == JsonValueKind.String)
        {
            if (LinkText.TryParse(JsonText.Unescape(JsonMarshal.GetRawUtf8Value(only.Value)[1..^1]), out byte[] link))
                writer.WriteForeignLink(link);
            else
                refusal = new ValueRefusal("the link at '", "' is not a content id");
            return true;
        }

        if (only.Value.ValueKind != JsonValueKind.Object || only.Value.GetPropertyCount() != 1)
            return false;
        JsonProperty bytes = only.Value.EnumerateObject().First();
        if (!JsonText.IsNamed(bytes, "bytes"u8) || bytes.Value.ValueKind != JsonValueKind.String)
            return false;
        if (!TryWriteBytes(writer, JsonMarshal.GetRawUtf8Value(bytes.Value)[1..^1]))
            refusal = new ValueRefusal("the bytes at '", "' are not base64");
        return true;
    }

    private static bool TryWriteBytes(DagCborWriter writer, ReadOnlySpan<byte> inside)
    {
        byte[] base64 = ArrayPool<byte>.Shared.Rent(inside.Length + JsonText.MaxPadding);
        bool isValid = JsonText.TryFromBase64(inside, base64, out int length);
        if (isValid)
            writer.WriteBytes(base64.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(base64);
        return isValid;
    }

    private readonly struct MapField
    {
        private readonly JsonProperty _property;
        private readonly byte[]? _unescaped;

        public MapField(JsonProperty property)
        {
            _property = property;
            ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8PropertyName(property);
            if (raw.Contains((byte)'\\'))
                _unescaped = Encoding.UTF8.GetBytes(JsonText.Unescape(raw));
        }

        public ReadOnlySpan<byte> Key => _unescaped ?? JsonMarshal.GetRawUtf8PropertyName(_property);

        public JsonElement Value => _property.Value;
    }
}
