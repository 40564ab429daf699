using System.Collections.Immutable;
using System.Text.Json;

namespace FireproofBench.Properties.Reference;

/// <summary>Everything that the reference engine shows of a database.</summary>
/// <param name="Documents">All documents in the order of their ids, deleted ones included.</param>
/// <param name="Heads">The clock's heads, sorted as text.</param>
/// <param name="CarLog">The groups of CAR files, newest first.</param>
/// <param name="Changes">All changes, oldest first; empty when they were not asked for.</param>
public sealed record ReferenceReading(
    ImmutableArray<ReferenceDocument> Documents,
    ImmutableArray<string> Heads,
    ImmutableArray<ImmutableArray<string>> CarLog,
    ImmutableArray<ReferenceChange> Changes)
{
    internal static ReferenceReading From(JsonElement answer) => new(
        [.. answer.GetProperty("documents").EnumerateArray().Select(ReadDocument)],
        Texts(answer.GetProperty("heads")),
        [.. answer.GetProperty("carLog").EnumerateArray().Select(Texts)],
        answer.TryGetProperty("changes", out JsonElement changes) ? [.. changes.EnumerateArray().Select(ReadChange)] : []);

    internal static ImmutableArray<string> Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];

    private static ReferenceDocument ReadDocument(JsonElement row) => new(
        row.GetProperty("id").GetString()!,
        row.GetProperty("deleted").GetBoolean() ? null : row.GetProperty("document").GetRawText())
    {
        Files = row.TryGetProperty("files", out JsonElement files)
            ? files.EnumerateObject().ToImmutableDictionary(static file => file.Name, static file => ReadFile(file.Value))
            : ImmutableDictionary<string, ReferenceFile>.Empty,
    };

    // Bytes come as DAG-JSON, in base64 without padding.
    private static ReferenceFile ReadFile(JsonElement file)
    {
        if (file.TryGetProperty("failure", out JsonElement failure))
            return new ReferenceFile(null, failure.GetString());
        string text = file.GetProperty("bytes").GetProperty("/").GetProperty("bytes").GetString()!;
        return new ReferenceFile(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')), null);
    }

    private static ReferenceChange ReadChange(JsonElement row) => new(
        row.GetProperty("id").GetString()!,
        row.GetProperty("deleted").GetBoolean(),
        row.GetProperty("event").GetString());
}
