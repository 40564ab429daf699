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
        row.GetProperty("deleted").GetBoolean() ? null : row.GetProperty("document").GetRawText());

    private static ReferenceChange ReadChange(JsonElement row) => new(
        row.GetProperty("id").GetString()!,
        row.GetProperty("deleted").GetBoolean(),
        row.GetProperty("event").GetString());
}
