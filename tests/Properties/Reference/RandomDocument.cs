using System.Globalization;
using System.Text;
using System.Text.Json;

namespace FireproofBench.Properties.Reference;

/// <summary>Documents at random, as DAG-JSON: what the format treats in its own way comes up often.</summary>
internal static class RandomDocument
{
    private const int DeepestNesting = 4;

    // Literals on both sides of every length of a CBOR integer, of 2^53 and of 2^64; and floats that are integral, tiny, huge or -0.
    private static readonly string[] Numbers =
    [
        "0", "1", "-1", "23", "24", "-24", "-25", "255", "256", "-256", "-257", "65535", "65536", "4294967295", "4294967296",
        "9007199254740991", "-9007199254740991", "9007199254740992", "9007199254740993", "-9007199254740993",
        "9223372036854775807", "-9223372036854775808", "18446744073709551615",
        "-0.0", "2.0", "0.5", "-1.5", "0.1", "1e-7", "5e-324", "1e21", "1e300", "1.7976931348623157e308", "9007199254740992.0", "-1e16",
    ];

    private static readonly string[] Texts =
    [
        "", "plain", "with \"quotes\" and \\", "line\nbreak", "nul\0inside", "значение", "値", "👩‍👩‍👧", "e\u0301", "\u00e9", "\u2028", "\ufffd", "\uffff",
    ];

    private static readonly string[] Keys = ["a", "b", "aa", "bb", "B", "ccc", "10", "9", "", "é", "ключ", "鍵", "👍", "a\0b", "value", "nested"];

    /// <summary>A document with this id.</summary>
    public static string Create(SeededDice dice, string id)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            writer.WriteString("_id", id);
            WriteMembers(writer, dice, depth: 0);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static void WriteMembers(Utf8JsonWriter writer, SeededDice dice, int depth)
    {
        HashSet<string> taken = [];
        for (int count = dice.Next(5); count > 0; count--)
        {
            string key = dice.Pick(Keys);
            if (!taken.Add(key))
                continue;
            writer.WritePropertyName(key);
            WriteValue(writer, dice, depth);
        }
    }

    private static void WriteValue(Utf8JsonWriter writer, SeededDice dice, int depth)
    {
        switch (dice.Next(depth < DeepestNesting ? 10 : 7))
        {
            case 0:
                writer.WriteNullValue();
                break;
            case 1:
                writer.WriteBooleanValue(dice.Chance(50));
                break;
            case 2 or 3:
                writer.WriteRawValue(dice.Pick(Numbers));
                break;
            case 4:
                writer.WriteRawValue((dice.Next(2_000_000) - 1_000_000).ToString(CultureInfo.InvariantCulture));
                break;
            case 5:
                writer.WriteStringValue(dice.Pick(Texts));
                break;
            case 6:
                WriteBytes(writer, dice.Bytes(dice.Next(40)));
                break;
            case 7:
                writer.WriteStartArray();
                for (int count = dice.Next(4); count > 0; count--)
                    WriteValue(writer, dice, depth + 1);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                WriteMembers(writer, dice, depth + 1);
                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteBytes(Utf8JsonWriter writer, byte[] bytes)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("/");
        writer.WriteString("bytes", Convert.ToBase64String(bytes).TrimEnd('='));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
