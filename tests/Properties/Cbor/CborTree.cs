using System.Buffers.Binary;
using System.Formats.Cbor;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Blocks;
using FireproofBench.Engine.Cbor;

namespace FireproofBench.Properties.Cbor;

/// <summary>
/// Values as plain objects: null, bool, Int128, double, string, byte[], <see cref="Cid"/>, <see cref="ForeignLink"/>, a list, a dictionary.
/// Written by the engine's writer and, independently, by System.Formats.Cbor.
/// </summary>
internal static class CborTree
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the JSON of the vectors; what JSON lacks stands as <c>$num</c>, <c>$bigint</c>, <c>$bytes</c> (base64) and <c>$link</c>.</summary>
    public static object? FromJson(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.True or JsonValueKind.False:
                return json.GetBoolean();
            case JsonValueKind.Number:
                double parsed = json.GetDouble();
                return IsSafeInteger(parsed) ? (Int128)parsed : parsed;
            case JsonValueKind.String:
                return json.GetString();
            case JsonValueKind.Array:
                return json.EnumerateArray().Select(FromJson).ToList();
            default:
                return FromObject(json);
        }
    }

    public static byte[] Encode(object? value)
    {
        var writer = new DagCborWriter();
        Write(writer, value);
        return writer.ToArray();
    }

    public static void Write(DagCborWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNull();
                break;
            case bool boolean:
                writer.WriteBoolean(boolean);
                break;
            case Int128 integer when integer >= long.MinValue && integer <= long.MaxValue:
                writer.WriteInteger((long)integer);
                break;
            case Int128 integer when integer > 0:
                writer.WriteUnsigned(checked((ulong)integer));
                break;
            case Int128 integer:
                writer.WriteNegative(checked((ulong)(-1 - integer)));
                break;
            case double number:
                writer.WriteNumber(number);
                break;
            case string text:
                writer.WriteText(text);
                break;
            case byte[] bytes:
                writer.WriteBytes(bytes);
                break;
            case Cid link:
                writer.WriteLink(link);
                break;
            case ForeignLink link:
                writer.WriteForeignLink(Convert.FromHexString(link.Hex));
                break;
            case List<object?> list:
                writer.WriteArrayHeader(list.Count);
                foreach (object? item in list)
                    Write(writer, item);
                break;
            default:
                (string Key, object? Value)[] pairs = Sorted((Dictionary<string, object?>)value);
                writer.WriteMapHeader(pairs.Length);
                foreach ((string key, object? item) in pairs)
                {
                    writer.WriteText(key);
                    Write(writer, item);
                }

                break;
        }
    }

    /// <summary>The same by another author's codec. It shrinks numbers, so these are handed to it as the nine bytes that DAG-CBOR demands.</summary>
    public static byte[] EncodeByOracle(object? value)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        WriteByOracle(writer, value);
        return writer.Encode();
    }

    public static object? Decode(ReadOnlySpan<byte> block)
    {
        var reader = new DagCborReader(block);
        object? value = Read(ref reader);
        reader.ReadEnd();
        return value;
    }

    /// <summary>A text that is equal exactly for equal values.</summary>
    public static string Describe(object? value) => value switch
    {
        null => "null",
        bool boolean => boolean ? "true" : "false",
        Int128 integer => integer.ToString(CultureInfo.InvariantCulture),
        double number => "f" + number.ToString("R", CultureInfo.InvariantCulture),
        string text => JsonSerializer.Serialize(text),
        byte[] bytes => "h'" + Convert.ToHexStringLower(bytes) + "'",
        Cid link => link.ToString(),
        ForeignLink link => "link " + link.Hex,
        List<object?> list => "[" + string.Join(", ", list.Select(Describe)) + "]",
        _ => "{" + string.Join(", ", Sorted((Dictionary<string, object?>)value).Select(static pair => Describe(pair.Key) + ": " + Describe(pair.Value))) + "}",
    };

    // A whole number within the safe range is an integer to the reference engine, whatever type it had before.
    private static bool IsSafeInteger(double number) => double.IsInteger(number) && Math.Abs(number) <= (1L << 53) - 1;

    private static object? FromObject(JsonElement json)
    {
        if (json.TryGetProperty("$bytes", out JsonElement bytes))
            return bytes.GetBytesFromBase64();
        if (json.TryGetProperty("$link", out JsonElement link))
            return Cid.Parse(link.GetString()!);
        if (json.TryGetProperty("$bigint", out JsonElement integer))
            return (Int128)BigInteger.Parse(integer.GetString()!, CultureInfo.InvariantCulture);
        if (json.TryGetProperty("$num", out JsonElement number))
            return double.Parse(number.GetString()!, CultureInfo.InvariantCulture);
        return json.EnumerateObject().ToDictionary(static field => field.Name, static field => FromJson(field.Value), StringComparer.Ordinal);
    }

    private static object? Read(ref DagCborReader reader)
    {
        switch (reader.Peek())
        {
            case DagCborKind.Null:
                reader.ReadNull();
                return null;
            case DagCborKind.Boolean:
                return reader.ReadBoolean();
            case DagCborKind.Integer:
                return reader.ReadInteger();
            case DagCborKind.Float:
                return reader.ReadFloat();
            case DagCborKind.Text:
                return _utf8.GetString(reader.ReadText());
            case DagCborKind.Bytes:
                return reader.ReadBytes().ToArray();
            case DagCborKind.Link:
                ReadOnlySpan<byte> link = reader.ReadForeignLink();
                return Cid.TryReadBinary(link, out Cid cid) ? cid : new ForeignLink(Convert.ToHexStringLower(link));
            case DagCborKind.Array:
                var list = new List<object?>();
                for (int left = reader.ReadArrayHeader(); left > 0; left--)
                    list.Add(Read(ref reader));
                return list;
            default:
                var map = new Dictionary<string, object?>(StringComparer.Ordinal);
                for (int left = reader.ReadMapHeader(); left > 0; left--)
                    map.Add(_utf8.GetString(reader.ReadText()), Read(ref reader));
                return map;
        }
    }

    private static void WriteByOracle(CborWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNull();
                break;
            case bool boolean:
                writer.WriteBoolean(boolean);
                break;
            case Int128 integer when integer >= 0:
                writer.WriteUInt64((ulong)integer);
                break;
            case Int128 integer:
                writer.WriteCborNegativeIntegerRepresentation((ulong)(-1 - integer));
                break;
            case double number when IsSafeInteger(number):
                writer.WriteInt64((long)number);
                break;
            case double number:
                byte[] wide = new byte[9];
                wide[0] = 0xfb;
                BinaryPrimitives.WriteDoubleBigEndian(wide.AsSpan(1), number);
                writer.WriteEncodedValue(wide);
                break;
            case string text:
                writer.WriteTextString(text);
                break;
            case byte[] bytes:
                writer.WriteByteString(bytes);
                break;
            case Cid link:
                byte[] binary = new byte[1 + Cid.BinaryLength];
                link.WriteBinary(binary.AsSpan(1));
                writer.WriteTag((CborTag)42);
                writer.WriteByteString(binary);
                break;
            case ForeignLink link:
                writer.WriteTag((CborTag)42);
                writer.WriteByteString([0, .. Convert.FromHexString(link.Hex)]);
                break;
            case List<object?> list:
                writer.WriteStartArray(list.Count);
                foreach (object? item in list)
                    WriteByOracle(writer, item);
                writer.WriteEndArray();
                break;
            default:
                var map = (Dictionary<string, object?>)value;
                writer.WriteStartMap(map.Count);
                foreach ((string key, object? item) in map)
                {
                    writer.WriteTextString(key);
                    WriteByOracle(writer, item);
                }

                writer.WriteEndMap();
                break;
        }
    }

    private static (string Key, object? Value)[] Sorted(Dictionary<string, object?> map)
    {
        (string Key, object? Value)[] pairs = [.. map.Select(static pair => (pair.Key, pair.Value))];
        Array.Sort(pairs, static (left, right) => DagCborValidator.CompareKeys(_utf8.GetBytes(left.Key), _utf8.GetBytes(right.Key)));
        return pairs;
    }
}
