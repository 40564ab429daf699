using System.Collections.Concurrent;
using System.Text.Json;
using FireproofBench.Properties.Fixtures;
using Xunit;

namespace FireproofBench.Properties.Blocks;

/// <summary>A file of vectors that the reference engine wrote: one JSON object a line.</summary>
internal static class VectorFile
{
    private static readonly ConcurrentDictionary<string, JsonElement[]> _files = [];

    public static JsonElement[] Lines(string name) => _files.GetOrAdd(name, static file => [.. FixtureFiles.ReadVectors(file)]);

    /// <summary>One row a line: its number from zero, and a name to find it by.</summary>
    public static TheoryData<int, string> Rows(string file, Func<JsonElement, string> name)
    {
        var rows = new TheoryData<int, string>();
        JsonElement[] lines = Lines(file);
        for (int i = 0; i < lines.Length; i++)
            rows.Add(i, name(lines[i]));
        return rows;
    }

    public static string Text(this JsonElement line, string field) => line.GetProperty(field).GetString()!;

    public static byte[] Hex(this JsonElement line, string field) => Convert.FromHexString(line.Text(field));

    public static string[] Texts(this JsonElement line, string field) => [.. line.GetProperty(field).EnumerateArray().Select(static item => item.GetString()!)];
}
