using System.Collections.Immutable;
using System.Text.Json;

namespace FireproofBench.Scenarios.Reporting;

/// <summary>What a page over many reports needs of one that was read from a file.</summary>
internal sealed record ConformanceFile
{
    /// <summary>Largest file that is read, in bytes.</summary>
    public const int MaxLength = 64 << 20;

    /// <summary>Its path below the folder, with forward slashes, without <c>.json</c> and without a last <c>/report</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its path below the folder, with forward slashes.</summary>
    public required string Path { get; init; }

    /// <summary>The verdict in words.</summary>
    public required string Verdict { get; init; }

    /// <summary>The store's address.</summary>
    public required string Url { get; init; }

    /// <summary>The kind of store.</summary>
    public required string Provider { get; init; }

    /// <summary>The budget of the run.</summary>
    public required string Budget { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>How many requests it made.</summary>
    public required long Requests { get; init; }

    /// <summary>The longest time that something acknowledged was not seen; null when it was not measured.</summary>
    public double? StalenessMilliseconds { get; init; }

    /// <summary>Its clauses, by id.</summary>
    public required ImmutableDictionary<string, ConformanceFileClause> Clauses { get; init; }

    /// <summary>The settings under which the store is safe.</summary>
    public required ImmutableArray<string> Settings { get; init; }

    /// <summary>Oddities: the clause and the text.</summary>
    public required ImmutableArray<(string Clause, string Text)> Quirks { get; init; }

    /// <summary>Keys that were left.</summary>
    public required ImmutableArray<string> Leftovers { get; init; }

    /// <summary>How many clauses came to an outcome.</summary>
    public int Count(string outcome) => Clauses.Values.Count(c => c.Outcome == outcome);

    /// <summary>Reads a report.</summary>
    /// <param name="path">Its path below the folder, with forward slashes.</param>
    /// <param name="text">The file, in UTF-8.</param>
    /// <exception cref="InvalidDataException">It is no such report; the message says why.</exception>
    public static ConformanceFile Read(string path, ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("schema", out JsonElement schema) || schema.ValueKind != JsonValueKind.String
                || !schema.ValueEquals(ConformanceJson.Schema))
                throw new InvalidDataException($"it is no conformance report (its schema is not {ConformanceJson.Schema})");
            bool stopped = root.GetProperty("interrupted").GetBoolean() || root.GetProperty("lost").ValueKind == JsonValueKind.String;
            return new ConformanceFile
            {
                Name = NameOf(path),
                Path = path,
                Verdict = VerdictText.Of(stopped ? "" : root.GetProperty("verdict").GetString()!),
                Url = root.GetProperty("provider").GetProperty("url").GetString()!,
                Provider = root.GetProperty("provider").GetProperty("name").GetString()!,
                Budget = root.GetProperty("budget").GetString()!,
                StartedAt = root.GetProperty("startedAt").GetDateTimeOffset(),
                Elapsed = TimeSpan.FromMilliseconds(root.GetProperty("elapsedMs").GetDouble()),
                Requests = root.GetProperty("requests").GetProperty("total").GetInt64(),
                StalenessMilliseconds = root.TryGetProperty("visibility", out JsonElement visibility) && visibility.TryGetProperty("maxMs", out JsonElement longest) ? longest.GetDouble() : null,
                Clauses = root.GetProperty("clauses").EnumerateArray().Select(ClauseOf).ToImmutableDictionary(c => c.Id, StringComparer.Ordinal),
                Settings = StringsOf(root.GetProperty("settings")),
                Quirks = [.. root.GetProperty("quirks").EnumerateArray().Select(q => (q.GetProperty("clause").GetString()!, q.GetProperty("text").GetString()!))],
                Leftovers = StringsOf(root.GetProperty("leftovers")),
            };
        }
        catch (JsonException malformed)
        {
            throw new InvalidDataException($"it is no JSON: {malformed.Message}", malformed);
        }
        catch (Exception missing) when (missing is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException("it says that it is a conformance report, and lacks or misspells a part of one", missing);
        }
    }

    private static ConformanceFileClause ClauseOf(JsonElement clause) => new(
        clause.GetProperty("id").GetString()!, clause.GetProperty("level").GetString()!, clause.GetProperty("outcome").GetString()!, clause.GetProperty("evidence").GetString()!);

    private static ImmutableArray<string> StringsOf(JsonElement list) => [.. list.EnumerateArray().Select(s => s.GetString()!)];

    private static string NameOf(string path)
    {
        string name = path[..^".json".Length];
        return name.EndsWith("/report", StringComparison.Ordinal) ? name[..^"/report".Length] : name;
    }
}
