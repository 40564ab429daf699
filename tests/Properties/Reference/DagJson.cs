using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace FireproofBench.Properties.Reference;

/// <summary>
/// Brings DAG-JSON texts of different writers into one form, so that equal values are equal texts: members sorted, numbers as the database
/// format sees them. Independent of the engine's own reader.
/// </summary>
internal static class DagJson
{
    private static readonly BigInteger Smallest = -(BigInteger.One << 64);
    private static readonly BigInteger Largest = (BigInteger.One << 64) - 1;
    private static readonly double SafeInteger = Math.Pow(2, 53) - 1;

    /// <summary>The one form of a text.</summary>
    public static string Normalize(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
        StringBuilder text = new();
        Append(text, document.RootElement);
        return text.ToString();
    }

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    text.Append(JsonSerializer.Serialize(member.Name)).Append(':');
                    Append(text, member.Value);
                    text.Append(',');
                }

                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Append(text, item);
                    text.Append(',');
                }

                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append(JsonSerializer.Serialize(value.GetString()));
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetRawText()));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    /// <summary>An integer literal in CBOR's range is an integer; any other number a double, which is an integer when it is integral and safe.</summary>
    private static string Number(string literal)
    {
        if (BigInteger.TryParse(literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger integer)
            && integer >= Smallest && integer <= Largest)
        {
            return integer.ToString(CultureInfo.InvariantCulture);
        }

        double number = double.Parse(literal, CultureInfo.InvariantCulture);
        return Math.Abs(number) <= SafeInteger && double.IsInteger(number)
            ? ((long)number).ToString(CultureInfo.InvariantCulture)
            : "float " + number.ToString("R", CultureInfo.InvariantCulture);
    }
}
