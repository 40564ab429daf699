using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Properties.Databases;

/// <summary>The fixtures' way of writing values that JSON lacks: <c>$bytes</c>, <c>$bigint</c>, <c>$num</c>, <c>$date</c>, <c>$repeat</c>, <c>$sha256</c>.</summary>
internal static class ExpectedJson
{
    /// <summary>Says where a value differs from what a fixture expects; null when it does not.</summary>
    public static string? Difference(JsonElement expected, JsonElement actual, string path = "$")
    {
        if (expected.ValueKind == JsonValueKind.Object && Marker(expected) is { } marker)
            return MatchesMarker(marker, actual) ? null : $"{path}: {expected} is not {Shorten(actual)}";
        if (expected.ValueKind != actual.ValueKind)
            return $"{path}: {Shorten(expected)} is not {Shorten(actual)}";
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty field in expected.EnumerateObject())
                {
                    if (!actual.TryGetProperty(field.Name, out JsonElement other))
                        return $"{path}.{field.Name} is missing";
                    if (Difference(field.Value, other, $"{path}.{field.Name}") is { } inner)
                        return inner;
                }

                return expected.GetPropertyCount() == actual.GetPropertyCount() ? null : $"{path}: more fields than expected in {Shorten(actual)}";
            case JsonValueKind.Array:
                if (expected.GetArrayLength() != actual.GetArrayLength())
                    return $"{path}: {expected.GetArrayLength()} items expected, {actual.GetArrayLength()} found";
                for (int i = 0; i < expected.GetArrayLength(); i++)
                {
                    if (Difference(expected[i], actual[i], $"{path}[{i}]") is { } inner)
                        return inner;
                }

                return null;
            case JsonValueKind.Number:
                return expected.GetDouble().Equals(actual.GetDouble()) ? null : $"{path}: {expected} is not {actual}";
            case JsonValueKind.String:
                return expected.GetString() == actual.GetString() ? null : $"{path}: {Shorten(expected)} is not {Shorten(actual)}";
            default:
                return null;
        }
    }

    /// <summary>Writes a script's value as the JSON that a document is read from; what the reference drops (undefined, NaN in a field) is dropped.</summary>
    public static string Revive(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                return $"[{string.Join(',', value.EnumerateArray().Select(Revive))}]";
            case JsonValueKind.Object when Marker(value) is { } marker:
                return marker.Name switch
                {
                    "$bytes" => $$$"""{"/":{"bytes":{{{marker.Value.GetRawText()}}}}}""",
                    "$bigint" => ReviveInteger(marker.Value.GetString()!),
                    "$num" => marker.Value.GetString() == "-0" ? "-0.0" : marker.Value.GetString()!,
                    "$date" => marker.Value.GetRawText(),
                    "$repeat" => JsonSerializer.Serialize(string.Concat(Enumerable.Repeat(marker.Value[0].GetString(), marker.Value[1].GetInt32()))),
                    _ => throw new InvalidOperationException(marker.Name),
                };
            case JsonValueKind.Object:
                IEnumerable<JsonProperty> fields = value.EnumerateObject().Where(static field => !(Marker(field.Value) is { Name: "$num" } m && m.Value.GetString() == "NaN"));
                return $"{{{string.Join(',', fields.Select(static field => $"{JsonSerializer.Serialize(field.Name)}:{Revive(field.Value)}"))}}}";
            case JsonValueKind.Number:
                // A JavaScript number beyond the safe integers is a double; an integer literal of ours would stay an integer.
                string literal = value.GetRawText();
                return Math.Abs(value.GetDouble()) > 9007199254740991 && !literal.Contains('.', StringComparison.Ordinal) && !literal.Contains('e', StringComparison.OrdinalIgnoreCase)
                    ? literal + ".0"
                    : literal;
            default:
                return value.GetRawText();
        }
    }

    // A JavaScript BigInt is an integer or refused; an integer literal of ours beyond the range of CBOR would become a double.
    private static string ReviveInteger(string digits) => Int128.Parse(digits, CultureInfo.InvariantCulture) is var value && value <= ulong.MaxValue && value >= -(Int128)ulong.MaxValue - 1
        ? digits
        : throw new InvalidDocumentException("", $"the integer {digits} has no form in CBOR");

    private static JsonProperty? Marker(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return null;
        JsonProperty first = value.EnumerateObject().FirstOrDefault();
        return first.Value.ValueKind != JsonValueKind.Undefined && first.Name.StartsWith('$') ? first : null;
    }

    private static bool MatchesMarker(JsonProperty marker, JsonElement actual) => marker.Name switch
    {
        "$bytes" => actual.GetProperty("/").GetProperty("bytes").GetString() == marker.Value.GetString()!.TrimEnd('='),
        "$bigint" => actual.GetRawText() == marker.Value.GetString(),
        "$num" => actual.GetDouble().ToString(CultureInfo.InvariantCulture) == marker.Value.GetString(),
        "$sha256" => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(actual.GetString()!))) == marker.Value.GetString(),
        _ => false,
    };

    private static string Shorten(JsonElement value) => value.GetRawText() is { Length: > 200 } text ? text[..200] + "…" : value.GetRawText();
}
