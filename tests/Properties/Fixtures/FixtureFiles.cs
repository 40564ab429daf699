using System.Collections.Immutable;
using System.Text.Json;
using Xunit;

namespace FireproofBench.Properties.Fixtures;

/// <summary>The databases and vectors that the reference engine wrote; README.md beside this file says what each is.</summary>
public static class FixtureFiles
{
    private const string Vectors = "vectors";
    private const string CloudTraces = "cloud-traces";

    private static readonly string Folder = SourceTree.PropertiesFolder("Fixtures");

    /// <summary>Where the recordings of the cloud protocol lie, one file each.</summary>
    public static string CloudTracesFolder => Path.Combine(Folder, CloudTraces);

    /// <summary>All databases, in the order of their names.</summary>
    public static ImmutableArray<Fixture> All { get; } =
    [
        .. Directory.EnumerateDirectories(Folder)
            .Select(folder => new Fixture(Path.GetFileName(folder), folder))
            .Where(static fixture => fixture.Name is not (Vectors or CloudTraces))
            .OrderBy(fixture => fixture.Name, StringComparer.Ordinal),
    ];

    /// <summary>The names of all databases, for theories.</summary>
    public static TheoryData<string> Names => [.. All.Select(fixture => fixture.Name)];

    /// <summary>Finds a database by its full name.</summary>
    public static Fixture Find(string name) => All.Single(fixture => fixture.Name == name);

    /// <summary>Reads a vector file, one JSON value a line. Its source is the reference engine's own packages.</summary>
    /// <param name="name">Without its ending, such as <c>dag-cbor</c>.</param>
    public static IEnumerable<JsonElement> ReadVectors(string name)
    {
        foreach (string line in File.ReadLines(Path.Combine(Folder, Vectors, name + ".jsonl")))
        {
            if (line.Length == 0)
                continue;
            using JsonDocument document = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 2048 });
            yield return document.RootElement.Clone();
        }
    }
}
