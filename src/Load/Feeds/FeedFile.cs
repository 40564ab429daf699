using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Load.Feeds;

/// <summary>Rows of data in a file: comma-separated values with a line of names before them, or a JSON object a line. A file whose first character is a brace is of the second kind.</summary>
internal static class FeedFile
{
    /// <summary>Longest file, in bytes.</summary>
    public const int MaxLength = 64 << 20;

    /// <summary>Most rows.</summary>
    public const int MaxRows = 1_000_000;

    /// <summary>Longest row as JSON, in characters.</summary>
    public const int MaxRowLength = 1 << 20;

    /// <summary>Longest fields of all rows together as JSON, in characters: with the names of many columns in each row that is a multiple of the file.</summary>
    public const int MaxFields = 128 << 20;

    private const string SizeField = "size";
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="order">Which row comes next.</param>
    /// <param name="use">What is taken from the rows; decides which fields they need.</param>
    /// <exception cref="FormatException">It is too long, or no such file; the message names the line and says what is wrong there.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FeedSource Read(string path, FeedOrder order, FeedUse use)
    {
        byte[] bytes = ReadBytes(path);
        string text;
        try
        {
            text = s_strict.GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("it is not UTF-8 throughout; convert it, such as with iconv -t UTF-8");
        }

        return new FeedSource(Path.GetFileName(path), Convert.ToHexStringLower(SHA256.HashData(bytes)), order, Rows(text, use));
    }

    /// <summary>Reads rows.</summary>
    /// <param name="text">The contents of a file.</param>
    /// <param name="use">What is taken from the rows; decides which fields they need.</param>
    /// <exception cref="FormatException">They are not of the form; the message names the line and says what is wrong there.</exception>
    public static ImmutableArray<FeedRow> Rows(string text, FeedUse use)
    {
        ImmutableArray<FeedRow>.Builder rows = ImmutableArray.CreateBuilder<FeedRow>();
        long fields = 0;
        foreach ((int line, string json) in text.AsSpan().TrimStart() is ['{', ..] ? FromLines(text) : FromCsv(text))
        {
            if (rows.Count == MaxRows)
                throw new FormatException($"line {line}: there are more than {MaxRows:#,0} rows; a part of them will do, since they are used again");
            FeedRow row = RowOf(line, json, use);
            fields += row.Fields.Length;
            if (fields > MaxFields)
                throw new FormatException($"line {line}: the rows up to here are longer than {MaxFields >> 20} Mi characters as JSON; a part of them will do, since they are used again");
            rows.Add(row);
        }

        return rows.Count > 0 ? rows.ToImmutable() : throw new FormatException("it has no row: a line of names and then the values separated by commas, or a JSON object a line");
    }

    // The file may grow while it is read, or be a pipe.
    private static byte[] ReadBytes(string path)
    {
        using FileStream file = File.OpenRead(path);
        using MemoryStream whole = new();
        byte[] buffer = new byte[1 << 16];
        for (int count; (count = file.Read(buffer)) > 0;)
        {
            whole.Write(buffer, 0, count);
            if (whole.Length > MaxLength)
                throw new FormatException($"it is longer than {MaxLength >> 20} MiB; a part of it will do, since rows are used again");
        }

        return whole.ToArray();
    }

    private static IEnumerable<(int Line, string Json)> FromLines(string text)
    {
        int number = 0;
        using StringReader lines = new(text);
        while (lines.ReadLine() is { } line)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
                yield return (number, line);
        }
    }

    private static IEnumerable<(int Line, string Json)> FromCsv(string text)
    {
        CsvReader records = new(text);
        if (records.Next() is not { } names)
            yield break;
        if (names.FindIndex(string.IsNullOrWhiteSpace) is >= 0 and var unnamed)
            throw new FormatException($"line {records.Line}: column {unnamed + 1} has no name; the first line names the columns");
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Count)
            throw new FormatException($"line {records.Line}: two columns have the same name");
        while (records.Next() is { } values)
        {
            if (values.Count != names.Count)
                throw new FormatException($"line {records.Line}: {values.Count} values where the first line names {names.Count} columns");
            yield return (records.Line, JsonSerializer.Serialize(names.Zip(values).ToDictionary(static pair => pair.First, static pair => pair.Second, StringComparer.Ordinal)));
        }
    }

    // Through a document and back: so a stored one gives its fields.
    private static FeedRow RowOf(int line, string json, FeedUse use)
    {
        if (json.Length > MaxRowLength)
            throw new FormatException($"line {line}: a row longer than {MaxRowLength >> 20} MiB");
        string stored;
        try
        {
            stored = Document.Parse(json).ToJson();
        }
        catch (InvalidDocumentException refused)
        {
            throw new FormatException($"line {line}: no row for a document: {refused.Message}", refused);
        }

        using JsonDocument parsed = JsonDocument.Parse(stored);
        foreach (JsonProperty field in parsed.RootElement.EnumerateObject())
        {
            if (FleetDocument.IsOwn(field.Name))
                throw new FormatException($"line {line}: the field '{field.Name}' is one that load or the database writes itself; give it another name");
        }

        return FleetDocument.FieldsOf(parsed.RootElement) is { Length: > 0 } fields
            ? new FeedRow(fields, use == FeedUse.Sizes ? SizeOf(line, parsed.RootElement) : null)
            : throw new FormatException($"line {line}: a row without fields");
    }

    private static int SizeOf(int line, JsonElement row)
    {
        if (!row.TryGetProperty(SizeField, out JsonElement size))
            throw new FormatException($"line {line}: there is no field '{SizeField}', and each object is as long as that says");
        string text = size.ValueKind == JsonValueKind.String ? size.GetString()! : size.GetRawText();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int bytes) && bytes is >= ScenarioSettings.LeastSize and <= ScenarioSettings.MostSize
            ? bytes
            : throw new FormatException($"line {line}: '{text}' is no '{SizeField}': a whole number of bytes from {ScenarioSettings.LeastSize} to {ScenarioSettings.MostSize}");
    }
}
