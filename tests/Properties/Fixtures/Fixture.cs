using System.Text.Json;

namespace FireproofBench.Properties.Fixtures;

/// <summary>One database that the reference engine wrote, with what it says of itself.</summary>
/// <param name="Name">The folder's name, such as <c>02-one-doc</c>.</param>
/// <param name="Folder">Where it lies. Tests read it and never write to it.</param>
public sealed record Fixture(string Name, string Folder)
{
    /// <summary>The name of the database in every fixture.</summary>
    public const string DatabaseName = "fx";

    /// <summary>The folder that holds the database's folder.</summary>
    public string DatabaseFolder => Path.Combine(Folder, "db");

    /// <summary>The key bag; missing where the database is not encrypted.</summary>
    public string KeyBagFolder => Path.Combine(Folder, "keybag");

    /// <summary>Whether the fixture was written by a script that can be replayed.</summary>
    public bool HasScript => File.Exists(Path.Combine(Folder, "script.json"));

    /// <summary>Reads what the reference engine said of this database: documents, heads, changes, files and their hashes.</summary>
    public JsonDocument OpenExpected() => Open("expected.json");

    /// <summary>Reads the script that wrote this database.</summary>
    public JsonDocument OpenScript() => Open("script.json");

    /// <summary>Copies database, key bag and whatever else belongs to the fixture into a folder where a test may change them.</summary>
    public void CopyTo(string folder) => CopyFolder(Folder, folder);

    /// <summary>Copies one part of the fixture, such as <c>keybag</c> or <c>remote-before</c>.</summary>
    public void CopyPartTo(string part, string folder) => CopyFolder(Path.Combine(Folder, part), folder);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }

    private JsonDocument Open(string file)
    {
        using FileStream stream = File.OpenRead(Path.Combine(Folder, file));
        return JsonDocument.Parse(stream);
    }
}
