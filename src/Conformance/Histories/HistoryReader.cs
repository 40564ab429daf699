using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace FireproofBench.Conformance.Histories;

/// <summary>Reads a history from text, as <see cref="HistoryText"/> describes it.</summary>
internal static class HistoryReader
{
    private const int MaxDepth = 4;
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = MaxDepth };

    /// <summary>Reads.</summary>
    /// <exception cref="HistoryFormatException">A line is no operation, or a limit is passed.</exception>
    public static History Read(ReadOnlyMemory<byte> text)
    {
        ImmutableArray<Operation>.Builder operations = ImmutableArray.CreateBuilder<Operation>();
        if (text.Span.StartsWith(Encoding.UTF8.Preamble))
            text = text[3..];
        for (long number = 1; text.Length > 0; number++)
        {
            int end = text.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (line.Length > HistoryText.MaxLine)
                throw new HistoryFormatException(number, $"it is longer than {HistoryText.MaxLine} bytes");
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
                continue;
            if (ReadLine(line, number) is not { } operation)
                continue;
            if (operations.Count == HistoryText.MaxOperations)
                throw new HistoryFormatException(number, $"there are more than {HistoryText.MaxOperations} operations; split the history by keys");
            operations.Add(operation);
        }

        return operations.Count > 0 ? new History(operations.ToImmutable()) : throw new HistoryFormatException(1, "there is no operation");
    }

    private static Operation? ReadLine(ReadOnlyMemory<byte> line, long number)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line, s_options);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw new HistoryFormatException(number, "it is no JSON object");
            if (!root.TryGetProperty("op", out _) && root.TryGetProperty("schema", out JsonElement schema))
            {
                return number == 1 && schema.ValueKind == JsonValueKind.String && schema.ValueEquals(HistoryText.Schema) ? null
                    : throw new HistoryFormatException(number, $"the only schema that is known is '{HistoryText.Schema}', on the first line");
            }

            return ReadOperation(root, number);
        }
        catch (JsonException failure)
        {
            throw new HistoryFormatException(number, $"it is no JSON (at byte {failure.BytePositionInLine + 1})");
        }
        catch (InvalidOperationException)
        {
            // JSON may escape half a surrogate pair, which is no text.
            throw new HistoryFormatException(number, "a text in it is not Unicode");
        }
    }

    private static Operation ReadOperation(JsonElement root, long number)
    {
        OperationKind kind = Word(root, "op", HistoryText.Kinds, number);
        OperationOutcome outcome = Word(root, "outcome", HistoryText.Outcomes, number);
        long call = Time(root, "call", number) ?? throw new HistoryFormatException(number, "'call' is missing: whole nanoseconds");
        long? returned = Time(root, "return", number);
        bool ok = outcome == OperationOutcome.Ok;
        if (returned is null && outcome != OperationOutcome.Unknown)
            throw new HistoryFormatException(number, "'return' is missing; what never returned has the outcome 'unknown'");
        if (returned < call)
            throw new HistoryFormatException(number, "'return' is before 'call'");
        bool listing = kind is OperationKind.List or OperationKind.Heads;
        bool valued = kind is OperationKind.Put or OperationKind.Publish;
        string? value = valued || kind == OperationKind.Get ? Text(root, "value", number, mustBe: valued || ok, mayBeNull: kind == OperationKind.Get) : null;
        return new Operation
        {
            Client = Text(root, "client", number, mustBe: true)!,
            Endpoint = Text(root, "endpoint", number, mustBe: false) ?? "",
            Kind = kind,
            Key = Text(root, "key", number, mustBe: true)!,
            Value = value,
            Found = kind == OperationKind.Head && ok && Flag(root, "found", number),
            Values = listing || kind == OperationKind.Publish ? Texts(root, "values", number, mustBe: listing && ok) : [],
            Call = call,
            Return = outcome == OperationOutcome.Unknown ? Operation.Never : returned!.Value,
            Outcome = outcome,
        };
    }

    private static T Word<T>(JsonElement root, string name, IReadOnlyDictionary<string, T> words, long number)
        where T : struct, Enum =>
        Text(root, name, number, mustBe: true) is { } word && words.TryGetValue(word, out T value) ? value
            : throw new HistoryFormatException(number, $"'{name}' is none of {string.Join(", ", words.OrderBy(static w => w.Value).Select(static w => w.Key))}");

    private static long? Time(JsonElement root, string name, long number) =>
        !root.TryGetProperty(name, out JsonElement field) || field.ValueKind == JsonValueKind.Null ? null
        : field.ValueKind == JsonValueKind.Number && field.TryGetInt64(out long time) && time is >= 0 and < Operation.Never / 2 ? time
        : throw new HistoryFormatException(number, $"'{name}' is no whole number of nanoseconds from 0 to {Operation.Never / 2}");

    private static bool Flag(JsonElement root, string name, long number) =>
        root.TryGetProperty(name, out JsonElement field) && field.ValueKind is JsonValueKind.True or JsonValueKind.False ? field.GetBoolean()
            : throw new HistoryFormatException(number, $"'{name}' is missing: true or false");

    private static string? Text(JsonElement root, string name, long number, bool mustBe, bool mayBeNull = false)
    {
        if (!root.TryGetProperty(name, out JsonElement field))
            return mustBe ? throw new HistoryFormatException(number, $"'{name}' is missing") : null;
        return field.ValueKind switch
        {
            JsonValueKind.String => field.GetString(),
            JsonValueKind.Null when mayBeNull || !mustBe => null,
            _ => throw new HistoryFormatException(number, $"'{name}' is no text"),
        };
    }

    private static ImmutableArray<string> Texts(JsonElement root, string name, long number, bool mustBe)
    {
        if (!root.TryGetProperty(name, out JsonElement field))
            return mustBe ? throw new HistoryFormatException(number, $"'{name}' is missing") : [];
        return field.ValueKind == JsonValueKind.Array && field.EnumerateArray().All(static e => e.ValueKind == JsonValueKind.String)
            ? [.. field.EnumerateArray().Select(static e => e.GetString()!)]
            : throw new HistoryFormatException(number, $"'{name}' is no list of texts");
    }
}
